using System.Text.Json;
using System.Text.Json.Nodes;

namespace Kedge.FewShot;

/// <summary>
/// A method as people write it, with options or without. Its grammar, where spaces around an item do not matter:
/// <code>
/// list    = item { "," item }
/// item    = "all" | method             all is every method of the catalog with its defaults
/// method  = name [ "[" option { ";" option } "]" ]
/// option  = key "=" value              a value that is JSON (2, true, ["a","b"]) is taken as such, any other as a text
/// </code>
/// Commas and semicolons between brackets or double quotes of a value are the value's.
/// </summary>
/// <param name="Text">What the method is called in tables: the text as given, such as <c>rtos[steps=0]</c>.</param>
/// <param name="Method">The method, with these options.</param>
public sealed record MethodVariant(string Text, FewShotMethod Method)
{
    internal const string All = "all";

    /// <summary>Whether a stream's classes are learned all at once instead of one task after the other.</summary>
    internal bool Joint { get; init; }

    /// <summary>The same as the bound of a stream.</summary>
    internal MethodVariant AsJoint() => this with { Text = $"{Text}, jointly", Joint = true };

    /// <summary>Reads a list of methods; one that comes twice counts once.</summary>
    /// <param name="text">Such as <c>zero-shot,rtos[steps=0],rtos[start=noise;steps=0]</c>, or <c>all</c>.</param>
    /// <param name="catalog">The methods that there are, such as <c>MethodCatalog.Default</c>.</param>
    /// <returns>At least one method, in the order given.</returns>
    /// <exception cref="KedgeException">The text does not follow the grammar, or there is no such
    /// method or option.</exception>
    public static IReadOnlyList<MethodVariant> ParseList(string text, IMethodCatalog catalog) =>
        [.. Split(text, ',', text).SelectMany(item => item == All ? catalog.Names : [item])
            .Distinct().Select(item => Parse(item, catalog))];

    /// <summary>Reads one method.</summary>
    /// <param name="text">Such as <c>rtos[start=noise;steps=0]</c>.</param>
    /// <param name="catalog">The methods that there are, such as <c>MethodCatalog.Default</c>.</param>
    /// <exception cref="KedgeException">The text does not follow the grammar, or there is no such
    /// method or option.</exception>
    public static MethodVariant Parse(string text, IMethodCatalog catalog)
    {
        var open = text.IndexOf('[', StringComparison.Ordinal);
        if (open < 0)
            return new(text, catalog.Create(text));
        if (text[^1] != ']')
            throw Wrong(text, "a bracket that does not end the method");
        var options = new JsonObject();
        foreach (var option in Split(text[(open + 1)..^1], ';', text))
        {
            var end = option.IndexOf('=', StringComparison.Ordinal);
            if (end < 1)
                throw Wrong(text, $"'{option}' for an option");
            if (!options.TryAdd(option[..end].TrimEnd(), MethodOptions.ParseValue(option[(end + 1)..].TrimStart())))
                throw Wrong(text, $"the option {option[..end].TrimEnd()} twice");
        }
        return new(text, catalog.Create(text[..open].TrimEnd(), JsonSerializer.SerializeToElement(options)));
    }

    /// <summary>Splits at a separator outside brackets and quotes.</summary>
    private static List<string> Split(string text, char separator, string whole)
    {
        var (parts, start, depth, quoted) = (new List<string>(), 0, 0, false);
        for (var i = 0; i <= text.Length; i++)
        {
            if (i == text.Length || (text[i] == separator && depth == 0 && !quoted))
            {
                parts.Add(text[start..i].Trim());
                start = i + 1;
            }
            else if (text[i] == '"' && (i == 0 || text[i - 1] != '\\'))
                quoted = !quoted;
            else if (!quoted)
                depth += text[i] switch { '[' => 1, ']' => -1, _ => 0 };
            if (depth < 0)
                throw Wrong(whole, "a ] without its [");
        }
        if (depth > 0 || quoted)
            throw Wrong(whole, depth > 0 ? "a [ without its ]" : "a quote without its other");
        return parts.TrueForAll(part => part.Length > 0) ? parts : throw Wrong(whole, $"nothing where an item of '{separator}' was to be");
    }

    private static KedgeException Wrong(string text, string found) =>
        new($"Reading the methods '{text}' found {found}: it takes names with commas between them, each with its options in brackets, " +
            "such as tip-adapter,rtos[start=noise;steps=0].");
}
