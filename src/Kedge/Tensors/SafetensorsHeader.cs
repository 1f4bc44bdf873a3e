using System.Buffers.Binary;
using System.Text.Json;

namespace Kedge.Tensors;

/// <summary>
/// The header of a safetensors file: its length in 8 bytes, then JSON that maps each name to type, shape and byte
/// offsets. All offsets are checked against the file's size here, so that reading a tensor cannot go out of bounds.
/// Format: https://github.com/huggingface/safetensors.
/// </summary>
internal sealed class SafetensorsHeader
{
    public const int LengthBytes = 8;
    /// <summary>The format's own limit.</summary>
    private const long MaxHeaderBytes = 100_000_000;

    private readonly string _origin;
    private readonly Dictionary<string, TensorEntry> _entries = [];
    private readonly Dictionary<string, long> _offsets = [];

    private SafetensorsHeader(string origin) => _origin = origin;

    public IReadOnlyDictionary<string, TensorEntry> Entries => _entries;

    /// <summary>Where each tensor's bytes begin in the file.</summary>
    public IReadOnlyDictionary<string, long> Offsets => _offsets;

    public IReadOnlyDictionary<string, string> Metadata { get; private set; } = new Dictionary<string, string>();

    /// <summary>Reads and checks the header of a seekable stream that holds the whole file.</summary>
    public static SafetensorsHeader Read(Stream file, string origin)
    {
        var header = new SafetensorsHeader(origin);
        var json = header.ReadJson(file);
        try
        {
            var described = SafetensorsJson.Read(json);
            header.Metadata = described.Metadata;
            header.Take(described, dataStart: LengthBytes + json.Length, dataLength: file.Length - LengthBytes - json.Length);
        }
        catch (FormatException e)
        {
            throw header.Refusal(e.Message, e);
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            throw header.Refusal($"its header is not valid JSON ({e.Message})", e);
        }
        return header;
    }

    private byte[] ReadJson(Stream file)
    {
        if (file.Length < LengthBytes)
            throw Refusal($"it has {file.Length} bytes, fewer than the {LengthBytes} of a header's length");
        Span<byte> lengthBytes = stackalloc byte[LengthBytes];
        file.Position = 0;
        file.ReadExactly(lengthBytes);
        var length = BinaryPrimitives.ReadUInt64LittleEndian(lengthBytes);
        if (length > MaxHeaderBytes)
            throw Refusal($"it declares a header of {length:N0} bytes where at most {MaxHeaderBytes:N0} are allowed");
        if ((long)length > file.Length - LengthBytes)
            throw Refusal($"it declares a header of {length:N0} bytes but only {file.Length - LengthBytes:N0} follow: it is cut short");
        var json = new byte[length];
        file.ReadExactly(json);
        return json;
    }

    private void Take(SafetensorsJson described, long dataStart, long dataLength)
    {
        foreach (var (entry, begin, end) in described.Tensors)
        {
            if (begin < 0 || end < begin || end > dataLength)
                throw Refusal($"tensor '{entry.Name}' lies at bytes {begin} to {end} of {dataLength} bytes of data");
            if (end - begin != ElementTypes.ByteCount(entry.Type, entry.Shape))
            {
                throw Refusal($"tensor '{entry.Name}' of type {ElementTypes.ToSafetensors(entry.Type)} and shape " +
                    $"[{string.Join(", ", entry.Shape)}] " +
                    $"is given {end - begin} bytes");
            }
            _entries.Add(entry.Name, entry);
            _offsets.Add(entry.Name, dataStart + begin);
        }
        CheckCover([.. described.Tensors.Select(tensor => (tensor.Begin, tensor.End, tensor.Entry.Name))], dataLength);
    }

    /// <summary>Checks that the tensors cover the data section without overlaps or gaps.</summary>
    private void CheckCover(List<(long Begin, long End, string Name)> spans, long dataLength)
    {
        spans.Sort();
        long covered = 0;
        foreach (var (begin, end, name) in spans)
        {
            if (begin < covered)
                throw Refusal($"tensor '{name}' overlaps another: it begins at byte {begin} of the data where byte {covered} is " +
                    "the first free one");
            if (begin > covered)
                throw Refusal($"bytes {covered} to {begin} of the data, before tensor '{name}', belong to no tensor");
            covered = end;
        }
        if (covered != dataLength)
            throw Refusal($"bytes {covered} to {dataLength} of the data, after the last tensor, belong to no tensor");
    }

    private KedgeException Refusal(string found, Exception? inner = null) =>
        new($"'{_origin}' is not a sound safetensors file: {found}; get the file again or write it anew.", inner);
}
