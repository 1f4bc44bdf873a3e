using System.CommandLine;
using Kedge.Cli.Options;
using Kedge.Cli.Output;
using Kedge.Tasks;
using Kedge.Text;

namespace Kedge.Cli.Commands;

/// <summary><c>kedge classify</c>: zero-shot classification by class names.</summary>
internal sealed class ClassifyCommand : KedgeCommand
{
    private readonly ImageOptions _images = new();
    private readonly NameListOption _classes = new("--classes", "The names of the classes");
    private readonly Option<string[]> _templates = SharedOptions.Templates();
    private readonly PredictionOptions _predictions = new();
    private readonly Option<bool> _strict = SharedOptions.Strict();
    private readonly Option<bool> _allowCut = SharedOptions.AllowCut();
    private readonly ModelOptions _model = new();

    public ClassifyCommand(Terminal terminal)
        : base(terminal, "classify", "Tells photos apart by the names of classes alone (zero-shot).",
            "kedge classify --classes \"cat,dog\" photo.jpg")
    {
        _images.AddTo(this);
        foreach (var option in _classes.All)
            Add(option);
        Add(_templates);
        _predictions.AddTo(this);
        _model.AddTo(this);
        Add(_strict);
        Add(_allowCut);
        Validators.Add(result =>
        {
            if (_classes.All.All(option => result.GetResult(option) is null))
                result.AddError("Give the names of the classes: --classes or --classes-file.");
        });
    }

    protected override void Run(ParseResult parsed)
    {
        var images = _images.Open(parsed, Terminal.Error);
        var names = Names(parsed);
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

    private IReadOnlyList<string> Names(ParseResult parsed)
    {
        var lines = parsed.GetValue(_classes.File) is { } file ? TextLines.Read(file) : [];
        IReadOnlyList<string> names = [.. _classes.Names(parsed), .. lines.Select(line => line.Trim()).Where(line => line.Length > 0)];
        if (ClassNaming.Of(names).NoteAlike() is { } note && names.Distinct().Count() == names.Count)
            Terminal.Error.WriteLine($"Note: {note}");
        return names;
    }
}
