using System.Text;
using System.Text.Json;
using Kedge.Imaging;
using Kedge.Tensors;

namespace Kedge.Checkpoints;

/// <summary>
/// A JSON configuration beside a checkpoint or in its metadata. Values are read by dotted key: null where absent or
/// null, an error that names file and key where of the wrong type.
/// </summary>
internal sealed class SettingsFile : IDisposable
{
    private const long MaxFileBytes = 16 << 20;

    private const int MaxQuoteLength = 60;

    private static readonly UTF8Encoding StrictUtf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    private readonly JsonDocument _document;

    private SettingsFile(string path, JsonDocument document) => (Path, _document) = (path, document);

    public string Path { get; }

    /// <summary>Opens a file whose root is an object.</summary>
    public static SettingsFile Open(string path)
    {
        try
        {
            using var stream = CheckpointFile.Map(path);
            if (stream.Length > MaxFileBytes)
                throw new KedgeException($"'{path}' has {stream.Length:N0} bytes where at most {MaxFileBytes:N0} are expected; " +
                    "check that it is the right file.");
            using var reader = new StreamReader(stream, StrictUtf8);
            return Parse(reader.ReadToEnd(), path);
        }
        catch (DecoderFallbackException e)
        {
            throw Malformed(path, e);
        }
    }

    /// <summary>Reads a text whose root is an object.</summary>
    /// <param name="json">The text.</param>
    /// <param name="path">Its name in error messages.</param>
    public static SettingsFile Parse(string json, string path)
    {
        try
        {
            var document = JsonDocument.Parse(json, new JsonDocumentOptions { AllowDuplicateProperties = false });
            return document.RootElement.ValueKind == JsonValueKind.Object
                ? new SettingsFile(path, document)
                : throw new KedgeException(
                    $"'{path}' is a JSON {document.RootElement.ValueKind} where an object is expected; check that it is the right file.");
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            throw Malformed(path, e);
        }
    }

    /// <summary>Opens a file where it exists.</summary>
    public static SettingsFile? OpenIfThere(string path) => File.Exists(path) ? Open(path) : null;

    public int? Integer(string key) => Find(key) is not { } value ? null
        : value.ValueKind == JsonValueKind.Number && value.TryGetInt32(out var number) ? number : throw Wrong(key, value, "a whole number");

    public double? Number(string key) => Find(key) is not { } value ? null
        : value.ValueKind == JsonValueKind.Number && value.TryGetDouble(out var number) ? number : throw Wrong(key, value, "a number");

    public bool? Flag(string key) => Find(key) is not { } value ? null
        : value.ValueKind is JsonValueKind.True or JsonValueKind.False ? value.GetBoolean() : throw Wrong(key, value, "true or false");

    public string? Text(string key) => Find(key) is not { } value ? null : TextOf(value) ?? throw Wrong(key, value, "text");

    /// <summary>An array of numbers.</summary>
    public float[]? Numbers(string key) => Find(key) is not { } value ? null
        : value.ValueKind == JsonValueKind.Array && value.EnumerateArray().All(item => item.ValueKind == JsonValueKind.Number)
            ? [.. value.EnumerateArray().Select(item => item.GetSingle())] : throw Wrong(key, value, "a list of numbers");

    /// <summary>Three numbers, for red, green and blue.</summary>
    public PerChannel? Channels(string key) => Numbers(key) switch
    {
        null => null,
        [var red, var green, var blue] when float.IsFinite(red + green + blue) => new PerChannel(red, green, blue),
        [_, _, _] => throw Unsupported(key, "numbers beyond single precision", "finite ones"),
        var other => throw Unsupported(key, $"{other.Length} numbers", "3"),
    };

    /// <summary>A required object whose values are all strings.</summary>
    public Dictionary<string, string> Texts(string key)
    {
        var value = Find(key) ?? throw Missing(key);
        return value.ValueKind == JsonValueKind.Object
            && Fields(value) is var fields && fields.TrueForAll(field => TextOf(field.Value) is not null)
            ? fields.ToDictionary(field => field.Name, field => TextOf(field.Value)!)
            : throw Wrong(key, value, "an object that maps names to text");
    }

    /// <summary>Three finite numbers above 0.</summary>
    public PerChannel? Deviations(string key) => Channels(key) is not { } value ? null
        : value is { Red: > 0, Green: > 0, Blue: > 0 } ? value
        : throw Unsupported(key, $"[{value.Red}, {value.Green}, {value.Blue}]", "numbers above 0");

    /// <summary>The filter of a resize.</summary>
    public ResampleKernel? Interpolation(string key) => Text(key) switch
    {
        null => null,
        "bicubic" => ResampleKernel.Bicubic,
        "bilinear" => ResampleKernel.Bilinear,
        var other => throw Unsupported(key, other, "bicubic or bilinear"),
    };

    public bool IsObject(string key) => Find(key)?.ValueKind == JsonValueKind.Object;

    public bool IsList(string key) => Find(key)?.ValueKind == JsonValueKind.Array;

    /// <summary>The fields below a key, of the whole file for "", that are neither null nor false.</summary>
    public IEnumerable<string> SetFields(string key) => Find(key) is { ValueKind: JsonValueKind.Object } value
        ? Fields(value).Where(field => field.Value.ValueKind is not (JsonValueKind.Null or JsonValueKind.False)).Select(field => field.Name)
        : [];

    /// <summary>An error about a valid value that is not supported.</summary>
    public KedgeException Unsupported(string key, object? found, string expected) =>
        new($"'{Path}' states {key} = {found}, which Kedge does not compute (expected: {expected}); use a model without it.");

    /// <summary>An error about a value that must be there.</summary>
    public KedgeException Missing(string key) =>
        new($"'{Path}' has no '{key}', which is expected in it; check that it is the right file.");

    public void Dispose() => _document.Dispose();

    private JsonElement? Find(string key)
    {
        var value = _document.RootElement;
        foreach (var part in key.Split('.', StringSplitOptions.RemoveEmptyEntries))
        {
            if (value.ValueKind != JsonValueKind.Object || !value.TryGetProperty(part, out value))
                return null;
        }
        return value.ValueKind == JsonValueKind.Null ? null : value;
    }

    private List<(string Name, JsonElement Value)> Fields(JsonElement value)
    {
        try
        {
            return [.. value.EnumerateObject().Select(field => (field.Name, field.Value))];
        }
        catch (InvalidOperationException e) // half of a surrogate pair in a name
        {
            throw Malformed(Path, e);
        }
    }

    private static string? TextOf(JsonElement value)
    {
        try
        {
            return value.ValueKind == JsonValueKind.String ? value.GetString() : null;
        }
        catch (InvalidOperationException) // half of a surrogate pair
        {
            return null;
        }
    }

    private static KedgeException Malformed(string path, Exception e) =>
        new($"'{path}' is not valid JSON: {e.Message} Get the file again.", e);

    private KedgeException Wrong(string key, JsonElement value, string expected)
    {
        var found = value.GetRawText();
        if (found.Length > MaxQuoteLength)
            found = found[..MaxQuoteLength] + "…";
        return new($"'{Path}' states {key} = {found} where {expected} is expected; correct the file or get it again.");
    }
}
