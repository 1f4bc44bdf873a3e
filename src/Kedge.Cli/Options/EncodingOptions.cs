using System.CommandLine;
using Kedge.Cli.Output;
using Kedge.Features;
using Kedge.Tasks;

namespace Kedge.Cli.Options;

/// <summary>How photos are encoded: the feature cache on disk, and whether one that cannot be read stops it.</summary>
internal sealed class EncodingOptions
{
    private readonly Option<string?> _folder = new("--cache")
    {
        Description = "The folder in which features are kept between runs.",
        HelpName = "folder",
        DefaultValueFactory = _ => DefaultFolder,
    };

    private readonly Option<bool> _none = new("--no-cache") { Description = "Keep no features between runs." };

    private readonly Option<bool> _strict = SharedOptions.Strict();
    private readonly Option<bool> _allowCut = SharedOptions.AllowCut();

    private static string? DefaultFolder { get; } = Root() is { } root ? Path.Combine(root, "kedge", "features") : null;

    public IEnumerable<Option> All => [_folder, _none, _strict, _allowCut];

    public void AddTo(Command command)
    {
        foreach (var option in All)
            command.Add(option);
    }

    /// <summary>Cache, threads, progress line and photos left out.</summary>
    public EncodingContext Context(ParseResult parsed, Terminal terminal, ModelOptions model, ProgressLine progress) => new()
    {
        Cache = Open(parsed, terminal),
        DecodeThreads = model.DecodeThreads(parsed),
        Encoding = progress,
        LeftOut = Strict(parsed) ? null : progress.LeftOut.Add,
        CutShort = CutShort(parsed, progress),
        Fitting = progress,
    };

    public FeatureCache? Open(ParseResult parsed, Terminal terminal)
    {
        if (parsed.GetValue(_none))
            return null;
        if (parsed.GetValue(_folder) is { } folder)
            return new(folder, warning => terminal.Error.WriteLine($"Note: {warning}"));
        terminal.Error.WriteLine("Note: features are not kept between runs, as there is no home folder for them: name one (--cache).");
        return null;
    }

    /// <summary>Whether the first photo that cannot be read ends the run.</summary>
    public bool Strict(ParseResult parsed) => parsed.GetValue(_strict);

    /// <summary>Where photos that are cut short are told of; null where they cannot be read.</summary>
    public Action<string>? CutShort(ParseResult parsed, ProgressLine progress) =>
        parsed.GetValue(_allowCut) ? progress.CutShort.Add : null;

    /// <summary>What remains after a cancelled run, for a message.</summary>
    public string Kept(ParseResult parsed) => parsed.GetValue(_none) || parsed.GetValue(_folder) is null
        ? "nothing was written."
        : $"the features of the images encoded so far are kept in '{parsed.GetValue(_folder)}' for the next run; nothing else was written.";

    /// <summary>The user's folder for caches; null where there is none, as for users without a home.</summary>
    private static string? Root()
    {
        if (Environment.GetEnvironmentVariable("XDG_CACHE_HOME") is { } set && Path.IsPathFullyQualified(set))
            return set; // relative ones are to be ignored
        var home = Environment.GetFolderPath(OperatingSystem.IsWindows()
            ? Environment.SpecialFolder.LocalApplicationData : Environment.SpecialFolder.UserProfile);
        return !Path.IsPathFullyQualified(home) ? null : OperatingSystem.IsWindows() ? home : Path.Combine(home, ".cache");
    }
}
