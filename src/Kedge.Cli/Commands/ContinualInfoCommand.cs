using System.CommandLine;
using Kedge.Cli.Options;
using Kedge.Cli.Output;

namespace Kedge.Cli.Commands;

/// <summary>
/// <c>kedge continual info</c>: the tasks of a classifier, and its prompts with the photos that pick them.
/// </summary>
internal sealed class ContinualInfoCommand : KedgeCommand
{
    private readonly Option<bool> _json = SharedOptions.Json();
    private readonly ClassifierOptions _classifier = new();

    public ContinualInfoCommand(Terminal terminal)
        : base(terminal, "info", "Shows the tasks that a classifier has learned, its prompts, and the photos that pick each.",
            "kedge continual info --classifier stream.kedge")
    {
        _classifier.AddTo(this);
        Add(_json);
    }

    protected override void Run(ParseResult parsed)
    {
        using var clip = _classifier.LoadModel(parsed, Terminal.Error);
        using var classifier = _classifier.Load(parsed, clip);
        Terminal.Out.WriteStream(_classifier.File(parsed), classifier, parsed.GetValue(_json));
    }
}
