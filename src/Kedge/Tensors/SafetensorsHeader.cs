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
    public const string MetadataKey = "__metadata__";

    /// <summary>The format's own limit.</summary>
    private const long MaxHeaderBytes = 100_000_000;

    private readonly string _origin;
    private readonly Dictionary<string, TensorEntry> _entries = [];
    private readonly Dictionary<string, long> _offsets = [];
    private readonly Dictionary<string, string> _metadata = [];

    private SafetensorsHeader(string origin) => _origin = origin;

    public IReadOnlyDictionary<string, TensorEntry> Entries => _entries;

    /// <summary>Where each tensor's bytes begin in the file.</summary>
    public IReadOnlyDictionary<string, long> Offsets => _offsets;

    public IReadOnlyDictionary<string, string> Metadata => _metadata;

    /// <summary>Reads and checks the header of a seekable stream that holds the whole file.</summary>
    public static SafetensorsHeader Read(Stream file, string origin)
    {
        var header = new SafetensorsHeader(origin);
        var json = header.ReadJson(file);
        try
        {
            using var document = JsonDocument.Parse(json, new JsonDocumentOptions { AllowDuplicateProperties = false });
            header.Parse(document.RootElement, dataStart: LengthBytes + json.Length, dataLength: file.Length - LengthBytes - json.Length);
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

    private void Parse(JsonElement root, long dataStart, long dataLength)
    {
        if (root.ValueKind != JsonValueKind.Object)
            throw Refusal($"its header is a JSON {root.ValueKind} where an object is expected");
        var spans = new List<(long Begin, long End, string Name)>();
        foreach (var property in root.EnumerateObject())
        {
            if (property.Name == MetadataKey)
            {
                ParseMetadata(property.Value);
                continue;
            }
            var (entry, begin, end) = ParseTensor(property.Name, property.Value);
            if (begin < 0 || end < begin || end > dataLength)
                throw Refusal($"tensor '{entry.Name}' lies at bytes {begin} to {end} of {dataLength} bytes of data");
            if (end - begin != ElementTypes.ByteCount(entry.Type, entry.Shape))
            {
                throw Refusal($"tensor '{entry.Name}' of type {ElementTypes.ToSafetensors(entry.Type)} and shape " +
                    $"[{string.Join(", ", entry.Shape)}] " +
                    $"is given {end - begin} bytes");
            }
            spans.Add((begin, end, entry.Name));
            _entries.Add(entry.Name, entry);
            _offsets.Add(entry.Name, dataStart + begin);
        }
        CheckCover(spans, dataLength);
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

    private void ParseMetadata(JsonElement metadata)
    {
        if (metadata.ValueKind != JsonValueKind.Object)
            throw Refusal($"'{MetadataKey}' is a JSON {metadata.ValueKind} where an object is expected");
        foreach (var property in metadata.EnumerateObject())
        {
            if (property.Value.ValueKind != JsonValueKind.String)
                throw Refusal($"'{MetadataKey}' holds a {property.Value.ValueKind} under '{property.Name}' where text is expected");
            _metadata.Add(property.Name, property.Value.GetString()!);
        }
    }

    private (TensorEntry Entry, long Begin, long End) ParseTensor(string name, JsonElement tensor)
    {
        if (tensor.ValueKind != JsonValueKind.Object
            || !tensor.TryGetProperty("dtype", out var dtype) || dtype.ValueKind != JsonValueKind.String
            || !tensor.TryGetProperty("shape", out var shape) || Integers(shape) is not { } lengths
            || !tensor.TryGetProperty("data_offsets", out var offsets) || Integers(offsets) is not [var begin, var end])
        {
            throw Refusal($"tensor '{name}' is not described by dtype, shape and two data_offsets that are whole numbers");
        }
        var type = ElementTypes.FromSafetensors(dtype.GetString())
            ?? throw Refusal($"tensor '{name}' has the type '{dtype.GetString()}' where one of " +
                $"{ElementTypes.SafetensorsNames} is expected");
        return (new TensorEntry(name, type, lengths), begin, end);
    }

    private static long[]? Integers(JsonElement array)
    {
        if (array.ValueKind != JsonValueKind.Array)
            return null;
        var values = new List<long>();
        foreach (var item in array.EnumerateArray())
        {
            if (item.ValueKind != JsonValueKind.Number || !item.TryGetInt64(out var value))
                return null;
            values.Add(value);
        }
        return [.. values];
    }

    private KedgeException Refusal(string found, Exception? inner = null) =>
        new($"'{_origin}' is not a sound safetensors file: {found}; get the file again or write it anew.", inner);
}
