using System.CommandLine;
using Kedge.Cli.Options;
using Kedge.Cli.Output;

namespace Kedge.Cli.Commands;

/// <summary><c>kedge predict</c>: classifies photos.</summary>
internal sealed class PredictCommand : KedgeCommand
{
    private readonly ImageOptions _images = new();
    private readonly PredictionOptions _predictions = new();
    private readonly ClassifierOptions _classifier = new();

    public PredictCommand(Terminal terminal)
        : base(terminal, "predict", "Tells what photos show, by a classifier.", "kedge predict --classifier photos.kedge new.jpg")
    {
        _images.AddTo(this);
        _classifier.AddTo(this);
        _predictions.AddTo(this);
    }

    protected override void Run(ParseResult parsed)
    {
        var images = _images.Open(parsed, Terminal.Error);
        using var clip = _classifier.LoadModel(parsed, Terminal.Error);
        using var classifier = _classifier.Load(parsed, clip);
        using var progress = new ProgressLine(Terminal) { IsQuiet = Terminal.ShowsResults };
        var context = _classifier.Context(parsed, Terminal, progress);
        var predictions = classifier.PredictEach(images, _predictions.Top(parsed), context, Terminal.Cancellation);
        Outcome = _predictions.Write(
            parsed, Terminal, progress, predictions, images, classifier.ClassNames.Count, _classifier.Strict(parsed));
    }

    protected override string Kept(ParseResult parsed) => _classifier.Kept(parsed);
}
