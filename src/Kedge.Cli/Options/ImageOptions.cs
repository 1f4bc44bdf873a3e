using System.CommandLine;
using System.CommandLine.Parsing;
using Kedge.Data;
using Kedge.Imaging;

namespace Kedge.Cli.Options;

/// <summary>Photos without labels: files, folders and zips.</summary>
internal sealed class ImageOptions
{
    private readonly Argument<string[]> _paths;
    private readonly Option<string?> _zipNames = SharedOptions.ZipNames();

    /// <summary>Creates the options.</summary>
    /// <param name="without">What happens without any photo; null where there must be one.</param>
    public ImageOptions(string? without = null) => _paths = new("path")
    {
        Description = $"Photos, or folders or zips of photos.{(without is null ? "" : $" {without}")}",
        Arity = without is null ? ArgumentArity.OneOrMore : ArgumentArity.ZeroOrMore,
    };

    /// <summary>The options beside the photos.</summary>
    public void AddTo(Command command)
    {
        command.Add(_paths);
        command.Add(_zipNames);
    }

    /// <summary>Whether there are any.</summary>
    public bool AreGiven(CommandResult result) => result.GetValue(_paths) is { Length: > 0 };

    /// <summary>The encoding of names in zips that do not state theirs; null where none is given.</summary>
    public string? ZipNames(ParseResult parsed) => parsed.GetValue(_zipNames);

    /// <summary>Finds the photos; none is read yet.</summary>
    /// <param name="parsed">The arguments.</param>
    /// <param name="notes">Is told what is left out.</param>
    public IReadOnlyList<ImageFile> Open(ParseResult parsed, TextWriter notes) =>
        ImageFiles.Open(parsed.GetValue(_paths) ?? [], ZipNames(parsed), note => notes.WriteLine($"Note: {note}"));
}
