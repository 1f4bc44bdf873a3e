using System.CommandLine;
using System.Globalization;

namespace Kedge.Cli.Options;

/// <summary>Options with a range, validated on parsing.</summary>
internal static class RangedOption
{
    public static Option<T> AtLeast<T>(double min, Option<T> option) => Checked(option, number => number >= min, $"at least {min}");

    public static Option<T> Above<T>(double min, Option<T> option) => Checked(option, number => number > min, $"above {min}");

    public static Option<T> Below<T>(double max, Option<T> option) => Checked(option, number => number < max, $"below {max}");

    public static Option<double> Share(string name, string description, double value) => Checked(
        new Option<double>(name) { Description = description, HelpName = "share", DefaultValueFactory = _ => value },
        number => number is >= 0 and <= 1, "0 to 1");

    private static Option<T> Checked<T>(Option<T> option, Func<double, bool> holds, string range)
    {
        option.Validators.Add(result =>
        {
            foreach (var token in result.Tokens)
            {
                if (double.TryParse(token.Value, NumberStyles.Float, CultureInfo.InvariantCulture, out var number) && !holds(number))
                    result.AddError($"{option.Name} is {token.Value}: it must be {range}.");
            }
        });
        return option;
    }
}
