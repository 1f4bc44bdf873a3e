using System.CommandLine;
using Kedge.Cli.Options;
using Kedge.Cli.Output;
using Kedge.Tasks;

namespace Kedge.Cli.Commands;

/// <summary><c>kedge continual learn</c>: teaches a classifier new classes.</summary>
internal sealed class ContinualLearnCommand : KedgeCommand
{
    private readonly Option<string?> _output = new("--out")
    {
        Description = "The classifier file to write. [default: the one that is taught]",
        HelpName = "file",
    };
    private readonly Option<int?> _shots = RangedOption.AtLeast(1, new Option<int?>("--shots")
    {
        Description = "Photos to learn from for each class. [default: all]",
        HelpName = "count",
    });
    private readonly Option<int> _seed = new("--seed")
    {
        Description = "Decides which photos are drawn.",
        HelpName = "number",
        DefaultValueFactory = _ => 1,
    };
    private readonly Option<bool> _json = SharedOptions.Json();
    private readonly DataOptions _data = new();
    private readonly ClassifierOptions _classifier = new();

    public ContinualLearnCommand(Terminal terminal)
        : base(terminal, "learn", "Teaches a classifier the classes of some photos, on top of those that it knows.",
            "kedge continual learn --classifier stream.kedge --data new")
    {
        _classifier.AddTo(this);
        _data.AddTo(this);
        Option[] own = [_output, _shots, _seed, _json];
        foreach (var option in own)
            Add(option);
    }

    protected override void Run(ParseResult parsed)
    {
        var path = parsed.GetValue(_output) ?? _classifier.File(parsed);
        OutputFile.Check(path);
        var task = _data.OpenTask(parsed, Terminal.Error);
        var options = new TaskOptions { Shots = parsed.GetValue(_shots), Seed = parsed.GetValue(_seed) };
        using var clip = _classifier.LoadModel(parsed, Terminal.Error);
        using var learned = _classifier.Load(parsed, clip);
        using var progress = new ProgressLine(Terminal);
        using var next = new ContinualLearner(clip, _classifier.Context(parsed, Terminal, progress))
            .Learn(learned, task, options, Terminal.Cancellation);
        progress.Dispose();
        next.Save(path);
        Terminal.Out.WriteStream(path, next, parsed.GetValue(_json));
    }

    protected override string Kept(ParseResult parsed) => _classifier.Kept(parsed);
}
