using System.CommandLine;
using Kedge.Cli.Options;
using Kedge.Cli.Output;
using Kedge.Methods;

namespace Kedge.Cli.Commands;

/// <summary><c>kedge continual init</c>: a classifier without classes.</summary>
internal sealed class ContinualInitCommand : KedgeCommand
{
    private const string CreatedBy = "kedge continual init";

    private readonly Option<string> _output = SharedOptions.Output("The classifier file to write, such as stream.kedge.");
    private readonly MethodSelectionOptions _method = new(
        MethodCatalog.Default.Names.Where(name => MethodCatalog.Default.Create(name).Continues), "attriclip");
    private readonly Option<string[]> _templates = SharedOptions.Templates();
    private readonly ModelOptions _model = new();

    public ContinualInitCommand(Terminal terminal)
        : base(terminal, "init", "Writes a classifier without classes, which kedge continual learn teaches.",
            "kedge continual init --out stream.kedge")
    {
        Add(_output);
        _method.AddTo(this);
        Add(_templates);
        _model.AddTo(this);
    }

    protected override void Run(ParseResult parsed)
    {
        var path = parsed.GetValue(_output)!;
        OutputFile.Check(path);
        var method = _method.Read(parsed, Terminal.Error);
        Terminal.Cancellation.ThrowIfCancellationRequested();
        using var clip = _model.Load(parsed, Terminal.Error);
        using var classifier = new ContinualLearner(clip).Begin(method, parsed.ReadTemplates(_templates), CreatedBy);
        classifier.Save(path);
        Terminal.Out.WriteFacts(("classifier", $"{path}, without classes"), ("method", method.Name), ("model", clip.Name));
    }
}
