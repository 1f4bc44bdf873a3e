using System.CommandLine;
using Kedge.Cli.Options;
using Kedge.Cli.Output;
using Kedge.Data;
using Kedge.Tasks;

namespace Kedge.Cli.Commands;

/// <summary><c>kedge classify</c>: zero-shot classification by class names.</summary>
internal sealed class ClassifyCommand : KedgeCommand
{
    private readonly Argument<string[]> _images = SharedOptions.Images();
    private readonly Option<string> _classes = new("--classes")
    {
        Description = "The names of the classes, with commas between.",
        HelpName = "names",
        Required = true,
    };

    private readonly Option<string[]> _templates = SharedOptions.Templates();
    private readonly PredictionOptions _predictions = new();
    private readonly Option<bool> _strict = SharedOptions.Strict();
    private readonly Option<bool> _allowCut = SharedOptions.AllowCut();
    private readonly ModelOptions _model = new();

    public ClassifyCommand(Terminal terminal)
        : base(terminal, "classify", "Tells photos apart by the names of classes alone (zero-shot).",
            "kedge classify --classes \"cat,dog\" photo.jpg")
    {
        Add(_images);
        Add(_classes);
        Add(_templates);
        _predictions.AddTo(this);
        _model.AddTo(this);
        Add(_strict);
        Add(_allowCut);
    }

    protected override void Run(ParseResult parsed)
    {
        var images = ImageFiles.Open(parsed.GetValue(_images)!);
        var names = parsed.GetValue(_classes)!.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);
        var templates = parsed.ReadTemplates(_templates);
        using var clip = _model.Load(parsed, Terminal.Error);
        using var classifier = ImageClassifier.ZeroShot(clip, names, templates);
        using var progress = new ProgressLine(Terminal) { IsQuiet = Terminal.ShowsResults };
        var context = new EncodingContext
        {
            Encoding = progress,
            DecodeThreads = _model.DecodeThreads(parsed),
            CutShort = parsed.GetValue(_allowCut) ? progress.CutShort.Add : null,
        };
        var predictions = classifier.PredictEach(images, _predictions.Top(parsed), context, Terminal.Cancellation);
        Outcome = _predictions.Write(
            parsed, Terminal, progress, predictions, images, classifier.ClassNames.Count, parsed.GetValue(_strict));
    }
}
