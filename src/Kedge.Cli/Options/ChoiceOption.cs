using System.CommandLine;
using System.Text.RegularExpressions;

namespace Kedge.Cli.Options;

/// <summary>
/// Options whose values are those of an enumeration, in kebab case: <c>HeldOutShapes</c> as <c>held-out-shapes</c>.
/// </summary>
internal static partial class ChoiceOption
{
    public static Option<T> Create<T>(string name, string description, T defaultValue) where T : struct, Enum
    {
        var words = Enum.GetValues<T>().ToDictionary(Word);
        var option = new Option<T>(name)
        {
            Description = $"{description} [default: {Word(defaultValue)}]",
            HelpName = string.Join('|', words.Keys),
            DefaultValueFactory = _ => defaultValue,
        };
        option.CustomParser = result =>
        {
            var word = result.Tokens.Single().Value;
            if (words.TryGetValue(word.ToLowerInvariant(), out var value))
                return value;
            result.AddError($"{name} is {word}: it must be {string.Join(", ", words.Keys.SkipLast(1))} or {words.Keys.Last()}.");
            return defaultValue;
        };
        return option;
    }

    /// <summary>The command-line form of a value.</summary>
    public static string Word<T>(T value) where T : struct, Enum => Boundary().Replace(value.ToString(), "-").ToLowerInvariant();

    [GeneratedRegex("(?<=[a-z])(?=[A-Z])")]
    private static partial Regex Boundary();
}
