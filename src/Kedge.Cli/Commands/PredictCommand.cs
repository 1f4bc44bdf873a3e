using System.CommandLine;
using Kedge.Cli.Options;
using Kedge.Cli.Output;
using Kedge.Data;

namespace Kedge.Cli.Commands;

/// <summary><c>kedge predict</c>: classifies photos.</summary>
internal sealed class PredictCommand : KedgeCommand
{
    private readonly Argument<string[]> _images = SharedOptions.Images();
    private readonly Option<int> _top = SharedOptions.Top();
    private readonly Option<bool> _json = SharedOptions.Json();
    private readonly ClassifierOptions _classifier = new();

    public PredictCommand(Terminal terminal)
        : base(terminal, "predict", "Tells what photos show, by a classifier.", "kedge predict --classifier photos.kedge new.jpg")
    {
        Add(_images);
        _classifier.AddTo(this);
        Add(_top);
        Add(_json);
    }

    protected override void Run(ParseResult parsed)
    {
        var images = ImageFiles.Open(parsed.GetValue(_images)!);
        using var clip = _classifier.LoadModel(parsed, Terminal.Error);
        using var classifier = _classifier.Load(parsed, clip);
        using var progress = new ProgressLine(Terminal);
        var predictions =
            classifier.Predict(images, parsed.GetValue(_top), _classifier.Context(parsed, Terminal, progress), Terminal.Cancellation);
        progress.Dispose();
        Terminal.Out.WritePredictions(predictions, parsed.GetValue(_json));
    }

    protected override string Kept(ParseResult parsed) => _classifier.Kept(parsed);
}
