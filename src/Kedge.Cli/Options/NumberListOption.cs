using System.CommandLine;
using System.Globalization;

namespace Kedge.Cli.Options;

/// <summary>An option that is whole numbers with commas between them.</summary>
internal sealed class NumberListOption
{
    private readonly int[] _usual;

    private NumberListOption(string name, string description, string usual, int least)
    {
        _usual = Split(usual)!;
        Option = new(name) { Description = $"{description} [default: {usual}]", HelpName = "numbers" };
        Option.CustomParser = result =>
        {
            var text = result.Tokens.Single().Value;
            if (Split(text) is { } numbers && numbers.All(number => number >= least))
                return numbers;
            result.AddError($"{name} is {text}: it must be whole numbers{(least == 1 ? " from 1" : "")} with commas between them.");
            return [];
        };
    }

    public Option<int[]> Option { get; }

    /// <summary>Numbers of shots; by default those of CoOp's protocol.</summary>
    public static NumberListOption Shots() => new("--shots", "Numbers of photos to learn from for each class.", "1,2,4,8,16", least: 1);

    /// <summary>Seeds of draws.</summary>
    public static NumberListOption Seeds() => new("--seeds", "Each decides on another draw of photos.", "1,2,3", least: int.MinValue);

    /// <summary>The numbers given, each once, or the usual ones.</summary>
    public int[] Read(ParseResult parsed) => parsed.GetValue(Option) is { Length: > 0 } given ? given : _usual;

    /// <summary>The numbers, each once; null where one is none.</summary>
    private static int[]? Split(string text)
    {
        int?[] numbers = [.. text.Split(',', StringSplitOptions.TrimEntries)
            .Select(part => int.TryParse(part, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number) ? number : (int?)null).Distinct()];
        return numbers.Contains(null) ? null : [.. numbers.OfType<int>()];
    }
}
