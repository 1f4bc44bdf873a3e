using System.CommandLine;
using Kedge.Cli.Options;
using Kedge.Cli.Output;
using Kedge.Clip;

namespace Kedge.Cli.Commands;

/// <summary><c>kedge info</c>: describes a model.</summary>
internal sealed class InfoCommand : KedgeCommand
{
    private readonly Argument<string?> _model = new("model")
    {
        Description = $"A model that Kedge brings, a checkpoint's file or folder. [default: {EmbeddedModels.Default}]",
        Arity = ArgumentArity.ZeroOrOne,
    };
    private readonly Option<bool> _json = SharedOptions.Json();
    private readonly ModelOptions _where = new();

    public InfoCommand(Terminal terminal)
        : base(terminal, "info", "Describes a model: architecture, size, preprocessing, where it comes from.", "kedge info kedge-base")
    {
        Add(_model);
        _where.AddTo(this, named: false);
        Add(_json);
    }

    protected override void Run(ParseResult parsed)
    {
        using var clip = _where.Load(parsed, TextWriter.Null, parsed.GetValue(_model));
        ModelOptions.WriteAssumed(clip, Terminal.Error);
        Terminal.Out.WriteModel(clip, parsed.GetValue(_json));
    }
}
