using System.Runtime.CompilerServices;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using Kedge.Runtime;

namespace Kedge.FewShot;

/// <summary>
/// The options of a method: a record of numbers and choices with their defaults, checked when
/// the method is constructed.
/// </summary>
public abstract record MethodOptions
{
    private const int BalanceOrder = 100; // in JSON, after all others

    /// <summary>How options are written: <c>{"alpha":1,"learningRate":0.001}</c>; an unknown key is an error.</summary>
    private static readonly JsonSerializerOptions Format = new(JsonSerializerDefaults.Web)
    {
        UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
        PropertyNameCaseInsensitive = false,
        AllowDuplicateProperties = false,
        NumberHandling = JsonNumberHandling.Strict,
        Converters = { new JsonStringEnumConverter(JsonNamingPolicy.KebabCaseLower, allowIntegerValues: false) },
    };

    /// <summary>
    /// Whether classes with different numbers of support images count alike in what is learned and chosen: losses are
    /// adjusted by the logarithm of the prior, closed forms and held-out images weighted by class. Of no effect where
    /// all classes have equally many, or where the method learns nothing. Default true; with false all images count
    /// alike, as in published codes.
    /// </summary>
    [JsonPropertyOrder(BalanceOrder)]
    public bool BalanceClasses { get; init; } = true;

    /// <summary>All options with their values, as saved with a classifier.</summary>
    public JsonElement ToJson() => JsonSerializer.SerializeToElement(this, GetType(), Format);

    /// <summary>
    /// The value of an option as people write it: what is JSON (<c>2</c>, <c>true</c>, <c>["a","b"]</c>) is taken as
    /// such, all else as a text.
    /// </summary>
    /// <param name="text">The text, of any kind.</param>
    /// <returns>The value; <see langword="null"/> is JSON's null.</returns>
    public static JsonNode? ParseValue(string text)
    {
        try
        {
            var json = JsonNode.Parse(text, documentOptions: new() { AllowDuplicateProperties = false });
            JsonSerializer.SerializeToElement(json);
            return json;
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException) // the latter for half of a surrogate pair
        {
            return JsonValue.Create(text);
        }
    }

    /// <summary>Checks every range, with <see cref="Require"/>.</summary>
    /// <exception cref="KedgeException">An option is out of its range.</exception>
    protected internal abstract void Check();

    /// <summary>Refuses a value out of its range.</summary>
    /// <param name="value">The option's value.</param>
    /// <param name="low">The least value allowed.</param>
    /// <param name="high">The largest value allowed.</param>
    /// <param name="name">The option's name; filled in by the compiler.</param>
    /// <exception cref="KedgeException">The value is out of the range or not a number.</exception>
    protected static void Require(double value, double low, double high, [CallerArgumentExpression(nameof(value))] string name = "")
    {
        if (!(value >= low && value <= high))
            throw new KedgeException($"The option {JsonNamingPolicy.CamelCase.ConvertName(name)} is {value}: " +
                $"it must be from {low} to {high}.");
    }

    internal static TOptions Read<TOptions>(JsonElement json, string method) where TOptions : MethodOptions, new()
    {
        try
        {
            return json.Deserialize<TOptions>(Format) ?? throw new JsonException("no object");
        }
        catch (JsonException e)
        {
            var known = JsonSerializer.SerializeToElement(new TOptions(), Format).EnumerateObject().Select(option => option.Name);
            var names = string.Join(", ", known);
            throw new KedgeException($"Reading the options of {method} found {json.GetRawText()}: " +
                $"it takes an object with {names} ({e.Describe()})", e);
        }
    }
}

/// <summary>The options of a method that has none.</summary>
public sealed record NoOptions : MethodOptions
{
    /// <inheritdoc/>
    protected internal override void Check() { }
}
