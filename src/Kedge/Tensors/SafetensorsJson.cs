using System.Text.Json;

namespace Kedge.Tensors;

/// <summary>
/// The JSON of a safetensors header, read token by token: nothing of it is kept but tensors and metadata, within <see
/// cref="TensorLimits"/>.
/// </summary>
internal sealed class SafetensorsJson
{
    public const string MetadataKey = "__metadata__";

    private readonly HashSet<string> _names = [];

    /// <summary>Each tensor with the bytes of the data section that it takes.</summary>
    public List<(TensorEntry Entry, long Begin, long End)> Tensors { get; } = [];

    public Dictionary<string, string> Metadata { get; } = [];

    /// <summary>Reads a header.</summary>
    /// <exception cref="JsonException">It is no JSON, or says something twice.</exception>
    /// <exception cref="InvalidOperationException">It holds text that is no text.</exception>
    /// <exception cref="FormatException">It describes no tensors; the message says why, as the end of a
    /// sentence.</exception>
    public static SafetensorsJson Read(ReadOnlySpan<byte> json)
    {
        var header = new SafetensorsJson();
        var reader = new Utf8JsonReader(json);
        reader.Read();
        if (reader.TokenType != JsonTokenType.StartObject)
        {
            var kind = Kind(reader.TokenType);
            reader.Skip(); // throws where it is no JSON
            throw new FormatException($"its header is a JSON {kind} where an object is expected");
        }
        while (NextName(ref reader) is { } name)
        {
            if (!header._names.Add(name))
                throw new JsonException($"'{name}' stands in it twice.");
            if (name == MetadataKey)
                header.ReadMetadata(ref reader);
            else
                header.Tensors.Add(ReadTensor(ref reader, name));
            if (header.Tensors.Count > TensorLimits.MaxTensors)
                throw new FormatException($"it lists more than {TensorLimits.MaxTensors:N0} tensors");
        }
        if (reader.Read()) // throws for anything but white space
            throw new JsonException("Something follows its object.");
        return header;
    }

    private void ReadMetadata(ref Utf8JsonReader reader)
    {
        if (reader.TokenType != JsonTokenType.StartObject)
            throw new FormatException($"'{MetadataKey}' is a JSON {Kind(reader.TokenType)} where an object is expected");
        while (NextName(ref reader) is { } key)
        {
            if (reader.TokenType != JsonTokenType.String)
                throw new FormatException($"'{MetadataKey}' holds a {Kind(reader.TokenType)} under '{key}' where text is expected");
            if (!Metadata.TryAdd(key, reader.GetString()!))
                throw new JsonException($"'{key}' stands in it twice.");
        }
    }

    private static (TensorEntry Entry, long Begin, long End) ReadTensor(ref Utf8JsonReader reader, string name)
    {
        var (type, shape, offsets) = ((string?)null, (long[]?)null, (long[]?)null);
        var fields = new HashSet<string>();
        var isObject = reader.TokenType == JsonTokenType.StartObject;
        if (!isObject)
            reader.Skip();
        while (isObject && NextName(ref reader) is { } field)
        {
            if (!fields.Add(field))
                throw new JsonException($"'{field}' stands in '{name}' twice.");
            if (field == "dtype" && reader.TokenType == JsonTokenType.String && reader.ValueSpan.Length <= TensorLimits.MaxNameLength)
                type = reader.GetString();
            else if (field == "shape")
                shape = ReadNumbers(ref reader, name);
            else if (field == "data_offsets")
                offsets = ReadNumbers(ref reader, name);
            else
                reader.Skip();
        }
        if (type is null || shape is null || offsets is not [var begin, var end])
            throw new FormatException($"tensor '{name}' is not described by dtype, shape and two data_offsets that are whole numbers");
        var element = ElementTypes.FromSafetensors(type) ?? throw new FormatException(
            $"tensor '{name}' has the type '{type}' where one of {ElementTypes.SafetensorsNames} is expected");
        return (new TensorEntry(name, element, shape), begin, end);
    }

    /// <summary>An array of whole numbers; null for anything else.</summary>
    private static long[]? ReadNumbers(ref Utf8JsonReader reader, string name)
    {
        if (reader.TokenType != JsonTokenType.StartArray)
        {
            reader.Skip();
            return null;
        }
        var (numbers, areWhole) = (new List<long>(), true);
        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
        {
            areWhole &= reader.TokenType == JsonTokenType.Number && reader.TryGetInt64(out var number) && Add(number);
            if (numbers.Count > ElementTypes.MaxDimensions)
                throw new FormatException($"tensor '{name}' has more than {ElementTypes.MaxDimensions} dimensions");
            reader.Skip();
        }
        return areWhole ? [.. numbers] : null;

        bool Add(long number)
        {
            numbers.Add(number);
            return true;
        }
    }

    /// <summary>Moves to the value of the next field; null at the end of the object.</summary>
    private static string? NextName(ref Utf8JsonReader reader)
    {
        reader.Read();
        if (reader.TokenType == JsonTokenType.EndObject)
            return null;
        if (reader.ValueSpan.Length > TensorLimits.MaxNameLength)
            throw new FormatException($"it holds a name of {reader.ValueSpan.Length:N0} bytes where at most " +
                $"{TensorLimits.MaxNameLength:N0} are allowed");
        var name = reader.GetString()!;
        reader.Read();
        return name;
    }

    private static string Kind(JsonTokenType token) => token switch
    {
        JsonTokenType.StartObject => "Object",
        JsonTokenType.StartArray => "Array",
        _ => token.ToString(),
    };
}
