using System.CommandLine;
using Kedge.Text;

namespace Kedge.Cli.Options;

/// <summary>Options shared by several commands.</summary>
internal static class SharedOptions
{
    public static Option<bool> Json() => new("--json") { Description = "Write JSON for machines." };

    public static Option<bool> Strict() => new("--strict")
    {
        Description = "Stop at the first photo that cannot be read, where a few would be told of and left out.",
    };

    public static Option<bool> AllowCut() => new("--allow-cut")
    {
        Description = "Use photos that are cut short (downloads that ended early) as far as they go. Without it, they cannot be read.",
    };

    public static Option<string> Output(string description) =>
        new("--out") { Description = description, HelpName = "file", Required = true };

    public static Option<string[]> Templates() => new("--template")
    {
        Description = "A sentence with {} for the class name; may be given again, then features are averaged. [default: a photo of a {}.]",
        HelpName = "text",
    };

    /// <summary>The templates given, else the data set's own, else the default one.</summary>
    /// <exception cref="KedgeException">One has no place for the class name, or several.</exception>
    public static IReadOnlyList<PromptTemplate> ReadTemplates(
        this ParseResult parsed, Option<string[]> option, IReadOnlyList<PromptTemplate>? own = null) =>
        parsed.GetValue(option) is { Length: > 0 } texts
            ? [.. texts.Select(text => new PromptTemplate(text))]
            : own ?? [PromptTemplates.Default];

    public static Option<int> Top() => RangedOption.AtLeast(1, new Option<int>("--top")
    {
        Description = "Classes to show for each image.",
        HelpName = "count",
        DefaultValueFactory = _ => 5,
    });

    public static Option<string?> ZipNames() => new("--zip-names")
    {
        Description = "The encoding of names in zips that do not state theirs, such as gbk, shift_jis or cp437. [default: UTF-8]",
        HelpName = "encoding",
    };
}
