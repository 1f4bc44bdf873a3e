namespace Kedge.Imaging.Files;

/// <summary>
/// What the scans of a JPEG file have brought. Decoders take a progressive file that is cut short for a coarser
/// picture: it is whole where each coefficient of each component has come down to its last bit, and then the end of
/// image (ITU-T T.81, annexes B and G).
/// </summary>
internal sealed class JpegScans
{
    private const int Coefficients = 64;
    private const byte Missing = byte.MaxValue;

    private readonly Dictionary<byte, byte[]> _lowestBits = []; // of each component, by its identifier

    /// <summary>Whether scans, or parts of one, are missing.</summary>
    public bool IsCut { get; private set; }

    /// <summary>Whether scans refine one another, so that decoders hold all coefficients.</summary>
    public bool IsProgressive { get; private set; }

    /// <summary>Looks through a file's scans.</summary>
    /// <param name="file">A JPEG file.</param>
    public static JpegScans Read(ReadOnlySpan<byte> file)
    {
        var scans = new JpegScans();
        var segments = new JpegSegments(file);
        while (segments.MoveNext())
        {
            if (segments.IsFrame)
                scans.BeginFrame(segments.Marker, segments.Body);
            else if (segments.Marker == JpegSegments.StartOfScan)
                scans.Add(segments.Body);
        }
        scans.IsCut = !segments.Ended || scans._lowestBits.Values.Any(bits => bits.AsSpan().ContainsAnyExcept((byte)0));
        return scans;
    }

    /// <summary>Frame header: precision, height (2), width (2), number of components, and 3 bytes of each.</summary>
    private void BeginFrame(byte marker, ReadOnlySpan<byte> header)
    {
        IsProgressive = marker == JpegSegments.ProgressiveFrame;
        for (var at = 6; at + 3 <= header.Length; at += 3)
        {
            _lowestBits[header[at]] = new byte[Coefficients];
            _lowestBits[header[at]].AsSpan().Fill(Missing);
        }
    }

    /// <summary>Scan header: number of components, 2 bytes of each, first and last coefficient, bit position.</summary>
    private void Add(ReadOnlySpan<byte> header)
    {
        if (header.Length < 1 || header.Length < 4 + (2 * header[0]))
            return;
        var band = header[(1 + (2 * header[0]))..];
        var (first, last) = (Math.Min((int)band[0], Coefficients - 1), Math.Min((int)band[1], Coefficients - 1));
        for (var component = 0; component < header[0]; component++)
        {
            if (first <= last && _lowestBits.TryGetValue(header[1 + (2 * component)], out var bits))
                bits.AsSpan(first, last - first + 1).Fill((byte)(band[2] & 0x0F));
        }
    }
}
