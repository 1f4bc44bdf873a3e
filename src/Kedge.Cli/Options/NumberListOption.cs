using System.CommandLine;
using System.Globalization;

namespace Kedge.Cli.Options;

/// <summary>An option whose value is a comma-separated list of integers.</summary>
internal sealed class NumberListOption
{
    private readonly int[] _default;

    private NumberListOption(string name, string description, string defaultText, int min)
    {
        _default = Split(defaultText)!;
        Option = new(name) { Description = $"{description} [default: {defaultText}]", HelpName = "numbers" };
        Option.CustomParser = result =>
        {
            var text = result.Tokens.Single().Value;
            if (Split(text) is { } numbers && numbers.All(number => number >= min))
                return numbers;
            result.AddError($"{name} is {text}: it must be whole numbers{(min == 1 ? " from 1" : "")} with commas between them.");
            return [];
        };
    }

    public Option<int[]> Option { get; }

    /// <summary>Numbers of shots; default those of CoOp's protocol.</summary>
    public static NumberListOption Shots() => new("--shots", "Numbers of photos to learn from for each class.", "1,2,4,8,16", min: 1);

    /// <summary>Seeds of support set draws.</summary>
    public static NumberListOption Seeds() => new("--seeds", "Each decides on another draw of photos.", "1,2,3", min: int.MinValue);

    /// <summary>The numbers given, each once, or the default.</summary>
    public int[] Read(ParseResult parsed) => parsed.GetValue(Option) is { Length: > 0 } given ? given : _default;

    /// <summary>The numbers, each once; null where one is no integer.</summary>
    private static int[]? Split(string text)
    {
        int?[] numbers = [.. text.Split(',', StringSplitOptions.TrimEntries)
            .Select(part => int.TryParse(part, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number)
                ? number
                : (int?)null)
            .Distinct()];
        return numbers.Contains(null) ? null : [.. numbers.OfType<int>()];
    }
}
