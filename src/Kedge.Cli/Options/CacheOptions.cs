using System.CommandLine;
using Kedge.Cli.Output;
using Kedge.Features;
using Kedge.Tasks;

namespace Kedge.Cli.Options;

/// <summary>The feature cache on disk.</summary>
internal sealed class CacheOptions
{
    private readonly Option<string> _folder = new("--cache")
    {
        Description = "The folder in which features are kept between runs.",
        HelpName = "folder",
        DefaultValueFactory = _ => DefaultFolder,
    };

    private readonly Option<bool> _none = new("--no-cache") { Description = "Keep no features between runs." };

    private static string DefaultFolder { get; } = Path.Combine(Root(), "kedge", "features");

    public IEnumerable<Option> All => [_folder, _none];

    public void AddTo(Command command)
    {
        foreach (var option in All)
            command.Add(option);
    }

    /// <summary>Cache, threads and progress line for encoding photos.</summary>
    public EncodingContext Context(ParseResult parsed, Terminal terminal, ModelOptions model, ProgressLine progress) => new()
    {
        Cache = Open(parsed, terminal),
        DecodeThreads = model.DecodeThreads(parsed),
        Encoding = progress,
        Fitting = progress,
    };

    public FeatureCache? Open(ParseResult parsed, Terminal terminal) =>
        parsed.GetValue(_none) ? null : new FeatureCache(parsed.GetValue(_folder)!, terminal.Error.WriteLine);

    /// <summary>What remains after a cancelled run, for a message.</summary>
    public string Kept(ParseResult parsed) => parsed.GetValue(_none)
        ? "nothing was written."
        : $"the features of the images encoded so far are kept in '{parsed.GetValue(_folder)}' for the next run; nothing else was written.";

    private static string Root() => Environment.GetEnvironmentVariable("XDG_CACHE_HOME") is { Length: > 0 } set ? set
        : OperatingSystem.IsWindows() ? Environment.GetFolderPath(Environment.SpecialFolder.LocalApplicationData)
        : Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".cache");
}
