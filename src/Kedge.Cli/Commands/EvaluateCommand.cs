using System.CommandLine;
using Kedge.Tasks;

namespace Kedge.Cli.Commands;

/// <summary><c>kedge evaluate</c>: how often a classifier is right.</summary>
internal sealed class EvaluateCommand : KedgeCommand
{
    private const int TopFive = 5;

    private readonly Option<string> _data = SharedOptions.Data();
    private readonly Option<string?> _images = SharedOptions.ImageRoot();
    private readonly Option<string> _split = new Option<string>("--split")
    {
        Description = "The part of the data to evaluate on.",
        DefaultValueFactory = _ => "test",
    }.AcceptOnlyFromAmong("train", "validation", "test", "all");
    private readonly Option<bool> _json = SharedOptions.Json();
    private readonly ClassifierOptions _classifier = new();

    public EvaluateCommand(Terminal terminal)
        : base(terminal, "evaluate", "Measures a classifier on labelled photos: accuracy, per class, confusion.",
            "kedge evaluate --classifier photos.kedge --data photos")
    {
        _classifier.AddTo(this);
        Add(_data);
        Add(_images);
        Add(_split);
        Add(_json);
    }

    protected override void Run(ParseResult parsed)
    {
        var (path, split) = (parsed.GetValue(_data)!, parsed.GetValue(_split)!);
        var dataset = DatasetReader.Open(path, parsed.GetValue(_images));
        var images = Part(path, dataset, split);
        using var clip = _classifier.LoadModel(parsed);
        using var classifier = _classifier.Load(parsed, clip);
        using var progress = new ProgressLine(Terminal);
        var result = classifier.Evaluate(images, dataset.ClassNames, _classifier.Work(parsed, Terminal, progress), Terminal.Cancellation);
        progress.Dispose();
        if (split is "train" or "all")
            Terminal.Error.WriteLine($"Note: the part '{split}' may hold the very photos that the classifier was fitted on; their accuracy says little about new ones.");
        if (parsed.GetValue(_json))
        {
            Terminal.Out.WriteJson(new
            {
                data = dataset.Name,
                split,
                images = result.Count,
                result.Top1,
                top5 = result.ClassNames.Count > TopFive ? result.Top5 : (double?)null,
                result.MacroF1,
                result.ClassNames,
                result.ClassAccuracies,
                result.Confusion,
            });
            return;
        }
        Terminal.Out.WriteFacts([
            ("data", $"{dataset.Name}, part {split}, {result.Count} images"),
            ("classifier", $"{classifier.Classifier.Method} on {classifier.Card.Model}"),
            ("top-1 accuracy", $"{result.Top1:0.0 %}"),
            .. result.ClassNames.Count > TopFive ? [("top-5 accuracy", $"{result.Top5:0.0 %}")] : Array.Empty<(string, object?)>(),
            ("macro F1", $"{result.MacroF1:0.000}"),
        ]);
        Terminal.Out.WriteClasses(result);
    }

    protected override string Kept(ParseResult parsed) => _classifier.Kept(parsed);

    private static IReadOnlyList<LabelledImage> Part(string path, ImageDataset dataset, string split)
    {
        IReadOnlyList<LabelledImage> images = split switch
        {
            "train" => dataset.Train,
            "validation" => dataset.Validation,
            "test" => dataset.Test,
            _ => [.. dataset.Train, .. dataset.Validation, .. dataset.Test],
        };
        return images.Count > 0 ? images : throw new KedgeException(
            $"The data set '{path}' has no {split} part " +
            $"(train {dataset.Train.Count}, validation {dataset.Validation.Count}, test {dataset.Test.Count} images): " +
            "lay its photos out as train/CLASS/… and test/CLASS/…, or choose another part with --split.");
    }
}
