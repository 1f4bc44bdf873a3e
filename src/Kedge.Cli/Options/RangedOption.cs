using System.CommandLine;
using System.Globalization;

namespace Kedge.Cli.Options;

/// <summary>Ranges of options, checked before anything is done.</summary>
internal static class RangedOption
{
    public static Option<T> AtLeast<T>(double least, Option<T> option) => Checked(option, number => number >= least, $"at least {least}");

    public static Option<T> Above<T>(double least, Option<T> option) => Checked(option, number => number > least, $"above {least}");

    public static Option<T> Below<T>(double most, Option<T> option) => Checked(option, number => number < most, $"below {most}");

    public static Option<double> Share(string name, string description, double value) => Checked(
        new Option<double>(name) { Description = description, HelpName = "share", DefaultValueFactory = _ => value }, number => number is >= 0 and <= 1, "0 to 1");

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
