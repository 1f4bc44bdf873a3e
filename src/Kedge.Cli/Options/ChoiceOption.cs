using System.CommandLine;
using System.CommandLine.Parsing;
using System.Text.RegularExpressions;

namespace Kedge.Cli.Options;

/// <summary>
/// Options whose values are those of an enumeration, in kebab case: <c>HeldOutShapes</c> as <c>held-out-shapes</c>.
/// </summary>
internal static partial class ChoiceOption
{
    public static Option<T> Create<T>(string name, string description, T defaultValue) where T : struct, Enum
    {
        var option = new Option<T>(name)
        {
            Description = $"{description} [default: {Word(defaultValue)}]",
            HelpName = Words<T>(),
            DefaultValueFactory = _ => defaultValue,
        };
        option.CustomParser = result => Parse<T>(name, result) ?? defaultValue;
        return option;
    }

    /// <summary>The same without a default: null where it is not given.</summary>
    public static Option<T?> CreateOptional<T>(string name, string description) where T : struct, Enum => new(name)
    {
        Description = description,
        HelpName = Words<T>(),
        CustomParser = result => Parse<T>(name, result),
    };

    private static T? Parse<T>(string name, ArgumentResult result) where T : struct, Enum
    {
        var (word, values) = (result.Tokens.Single().Value, Enum.GetValues<T>());
        foreach (var value in values)
        {
            if (Plain(Word(value)) == Plain(word.ToLowerInvariant()))
                return value;
        }
        var words = Array.ConvertAll(values, Word);
        result.AddError($"{name} is {word}: it must be {string.Join(", ", words.SkipLast(1))} or {words[^1]}.");
        return null;
    }

    private static string Words<T>() where T : struct, Enum => string.Join('|', Enum.GetValues<T>().Select(Word));

    /// <summary>A word without its hyphens, which may be left out.</summary>
    private static string Plain(string word) => word.Replace("-", "", StringComparison.Ordinal);

    /// <summary>The command-line form of a value.</summary>
    public static string Word<T>(T value) where T : struct, Enum => Boundary().Replace(value.ToString(), "-").ToLowerInvariant();

    [GeneratedRegex("(?<=[a-z])(?=[A-Z])")]
    private static partial Regex Boundary();
}
