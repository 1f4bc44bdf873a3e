using System.CommandLine;
using Kedge.Text;

namespace Kedge.Cli.Options;

/// <summary>
/// Arguments that look like options and are none of the command's. The parser would take them for values, such as for
/// paths; a value that begins with a hyphen is given as <c>--option=-value</c>, or after <c>--</c>.
/// </summary>
internal static class UnknownOption
{
    /// <summary>A message for the first one; null where there is none.</summary>
    /// <param name="command">The command.</param>
    /// <param name="arguments">All arguments.</param>
    public static string? Find(Command command, IEnumerable<string> arguments)
    {
        var recursive = command.Parents.OfType<Command>().SelectMany(parent => parent.Options).Where(option => option.Recursive);
        string[] known = [.. command.Options.Concat(recursive).SelectMany(option => option.Aliases.Prepend(option.Name))];
        var unknown = arguments.TakeWhile(argument => argument != "--").Where(LooksLikeOption)
            .Select(argument => argument.Split('=', ':')[0]).FirstOrDefault(name => !known.Contains(name, StringComparer.Ordinal));
        if (unknown is null)
            return null;
        var nearest = known.Where(name => name.StartsWith("--", StringComparison.Ordinal))
            .MinBy(name => NearestNames.Distance(name, unknown))!;
        var meant = NearestNames.Distance(nearest, unknown) <= unknown.Length / 3 ? $": {nearest} is near" : "";
        return $"There is no option '{unknown}'{meant}.";
    }

    private static bool LooksLikeOption(string argument) =>
        argument is ['-', '-', not '-', ..] or ['-', (>= 'a' and <= 'z') or (>= 'A' and <= 'Z'), ..]
        && !argument.Contains(' ', StringComparison.Ordinal);
}
