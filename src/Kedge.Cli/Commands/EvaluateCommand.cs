using System.CommandLine;
using Kedge.Cli.Options;
using Kedge.Cli.Output;
using Kedge.Data;
using Kedge.Tasks;

namespace Kedge.Cli.Commands;

/// <summary><c>kedge evaluate</c>: metrics of a classifier on labelled images.</summary>
internal sealed class EvaluateCommand : KedgeCommand
{
    private readonly Option<string> _split = new Option<string>("--split")
    {
        Description = "The part of the data to evaluate on.",
        DefaultValueFactory = _ => "test",
    }.AcceptOnlyFromAmong("train", "validation", "test", "all");
    private readonly Option<bool> _json = SharedOptions.Json();
    private readonly DataOptions _data = new();
    private readonly ClassifierOptions _classifier = new();

    public EvaluateCommand(Terminal terminal)
        : base(terminal, "evaluate", "Measures a classifier on labelled photos: accuracy, per class, confusion.",
            "kedge evaluate --classifier photos.kedge --data photos")
    {
        _classifier.AddTo(this);
        _data.AddWithTaskTo(this, _classifier.OfPhotos);
        Add(_split);
        Add(_json);
        Validators.Add(result =>
        {
            if (_data.Task(result) is not null && result.GetValue(_split) == "all")
                result.AddError("--split is all: a task (--task) has test, validation and train, to be measured one at a time.");
        });
    }

    protected override void Run(ParseResult parsed)
    {
        if (_data.Task(parsed) is { } task)
            EvaluateTask(parsed, task, parsed.GetValue(_split)!);
        else
            EvaluatePhotos(parsed, _data.Path(parsed), parsed.GetValue(_split)!);
    }

    protected override string Kept(ParseResult parsed) => _data.Task(parsed) is null ? _classifier.Kept(parsed) : base.Kept(parsed);

    private void EvaluatePhotos(ParseResult parsed, string path, string split)
    {
        var dataset = _data.Open(parsed, Terminal.Error);
        var images = Part(path, dataset, split);
        using var clip = _classifier.LoadModel(parsed, Terminal.Error);
        using var classifier = _classifier.Load(parsed, clip);
        using var progress = new ProgressLine(Terminal);
        var names = dataset.Naming.AsIn(classifier.ClassNames);
        var result = classifier.Evaluate(images, names, _classifier.Context(parsed, Terminal, progress), Terminal.Cancellation);
        progress.Dispose();
        WarnOfTrain(split);
        Terminal.Out.WriteEvaluation(dataset.Name, split, classifier.Classifier.Method, classifier.Card, result, parsed.GetValue(_json));
    }

    private void EvaluateTask(ParseResult parsed, string path, string split)
    {
        using var classifier = _classifier.LoadOfFeatures(parsed);
        using var task = FeatureTask.Open(path, classifier.Classifier.Device);
        var part = split switch
        {
            "train" => task.Support,
            "validation" => task.Validation,
            _ => task.Query,
        };
        if (part is null)
            throw new KedgeException($"The task '{path}' has no validation part: choose another with --split, " +
                "or write validation.features and validation.labels.");
        var result = classifier.Evaluate(task, part, Terminal.Cancellation);
        WarnOfTrain(split);
        Terminal.Out.WriteEvaluation(task.Name, split, classifier.Classifier.Method, classifier.Card, result, parsed.GetValue(_json));
    }

    private void WarnOfTrain(string split)
    {
        if (split is "train" or "all")
            Terminal.Error.WriteLine($"Note: the part '{split}' may hold the very photos that the classifier was fitted on; " +
                "their accuracy says little about new ones.");
    }

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
