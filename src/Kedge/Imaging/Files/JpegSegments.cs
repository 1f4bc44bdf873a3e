using System.Buffers.Binary;

namespace Kedge.Imaging.Files;

/// <summary>The marker segments of a JPEG file in order; entropy-coded data between them are passed over.</summary>
/// <param name="file">The file from its start of image.</param>
internal ref struct JpegSegments(ReadOnlySpan<byte> file)
{
    public const byte StartOfScan = 0xDA, ProgressiveFrame = 0xC2, HuffmanTables = 0xC4, RestartInterval = 0xDD, App1 = 0xE1;

    private readonly ReadOnlySpan<byte> _file = file;
    private int _at = 2;

    /// <summary>The second byte of the marker.</summary>
    public byte Marker { get; private set; }

    /// <summary>The segment without marker and length.</summary>
    public ReadOnlySpan<byte> Body { get; private set; }

    /// <summary>Whether the end of image was reached, and not just the end of the file.</summary>
    public bool Ended { get; private set; }

    /// <summary>What follows the segment: after a scan's header its entropy-coded data.</summary>
    public readonly ReadOnlySpan<byte> Rest => _file[_at..];

    /// <summary>Whether the marker is a frame header (SOF).</summary>
    public readonly bool IsFrame => Marker is >= 0xC0 and <= 0xCF and not (HuffmanTables or 0xC8 or 0xCC);

    /// <summary>Goes on to the next segment; false at the end of image, and where the file ends before it.</summary>
    public bool MoveNext()
    {
        while (!Ended && _file[_at..].IndexOf((byte)0xFF) is >= 0 and var distance)
        {
            _at += distance + 1;
            while (_at < _file.Length && _file[_at] == 0xFF) // fill bytes
                _at++;
            if (_at == _file.Length)
                return false;
            Marker = _file[_at++];
            Ended = Marker is 0xD9;
            if (Marker is 0 or 1 or (>= 0xD0 and <= 0xD9)) // stuffed bytes, restarts and other markers without a segment
                continue;
            if (_at + 2 > _file.Length || BinaryPrimitives.ReadUInt16BigEndian(_file[_at..]) is var length && _at + length > _file.Length)
                return false;
            if (length < 2)
                continue;
            Body = _file[(_at + 2)..(_at + length)];
            _at += length;
            return true;
        }
        return false;
    }
}
