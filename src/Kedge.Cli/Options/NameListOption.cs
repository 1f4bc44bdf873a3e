using System.CommandLine;
using Kedge.Text;

namespace Kedge.Cli.Options;

/// <summary>Names with commas between, given once or more, and in a file with a name a line.</summary>
internal sealed class NameListOption
{
    private readonly Option<string[]> _names;
    private readonly Option<string?> _file;

    /// <summary>Creates the two options.</summary>
    /// <param name="name">Such as <c>--classes</c>; the file's is <c>--classes-file</c>.</param>
    /// <param name="description">What the names are.</param>
    public NameListOption(string name, string description)
    {
        _names = new(name)
        {
            Description = $"{description}, with commas between; quotes around one that has commas, as in '\"kite, bird of prey\",dog'; " +
                "may be given again.",
            HelpName = "names",
        };
        _file = new($"{name}-file") { Description = "The same, one a line.", HelpName = "file" };
    }

    public IEnumerable<Option> All => [_names, _file];

    /// <summary>The option of the file.</summary>
    public Option<string?> File => _file;

    /// <summary>The names of the command line; empty items are left out.</summary>
    public IReadOnlyList<string> Names(ParseResult parsed) =>
        [.. (parsed.GetValue(_names) ?? []).SelectMany(text => CommaList.Split(text, _names.Name)).Where(name => name.Length > 0)];
}
