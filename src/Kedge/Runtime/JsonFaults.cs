using System.Globalization;
using System.Text.Json;
using System.Text.RegularExpressions;

namespace Kedge.Runtime;

/// <summary>
/// What is wrong with a JSON text, in words for whoever wrote it: .NET's own name the types of this program.
/// </summary>
internal static partial class JsonFaults
{
    private static readonly (Regex Words, string Plain)[] Table =
    [
        (Place(), ""),
        (Kind(), " is not of the kind that is expected."),
        (Member(), " is unknown"),
        (Required(), "It lacks"),
        (Twice(), ""),
        (Null(), " is null."),
        (Discriminator(), "It lacks '$type'."),
    ];

    /// <summary>One sentence or more, with a full stop, and where in the text the fault is.</summary>
    /// <param name="error">What came of reading JSON: a <see cref="JsonException"/>, or another.</param>
    public static string Describe(this Exception error)
    {
        var plain = error.Message.ReplaceLineEndings(" ");
        foreach (var (words, replacement) in Table)
            plain = words.Replace(plain, replacement);
        return error is JsonException { LineNumber: { } line, Path: var path }
            ? string.Create(CultureInfo.InvariantCulture, $"{plain.TrimEnd('.')}, at {path ?? "$"} in line {line + 1}.")
            : plain;
    }

    [GeneratedRegex(@" (Path: .* \| )?LineNumber: \d+ \| BytePositionInLine: \d+\.$")]
    private static partial Regex Place();

    [GeneratedRegex(@" could not be converted to \S+\.(?=$| )")]
    private static partial Regex Kind();

    [GeneratedRegex(" could not be mapped to any .NET member contained in type '[^']*'")]
    private static partial Regex Member();

    [GeneratedRegex("^JSON deserialization for type '[^']*' was missing required properties including:")]
    private static partial Regex Required();

    [GeneratedRegex("(?<=^Duplicate property '.*') encountered during deserialization( of type '[^']*')?")]
    private static partial Regex Twice();

    [GeneratedRegex(@" on type '[^']*' doesn't allow (setting )?null values\..*$")]
    private static partial Regex Null();

    [GeneratedRegex("^The JSON payload for polymorphic interface or abstract type '[^']*' must specify a type discriminator.*$")]
    private static partial Regex Discriminator();
}
