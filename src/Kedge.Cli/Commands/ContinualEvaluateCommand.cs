using System.CommandLine;
using Kedge.Cli.Options;
using Kedge.Cli.Output;
using Kedge.Reports.Records;

namespace Kedge.Cli.Commands;

/// <summary><c>kedge continual evaluate</c>: accuracy by task, and what was forgotten.</summary>
internal sealed class ContinualEvaluateCommand : KedgeCommand
{
    private readonly Option<bool> _json = SharedOptions.Json();
    private readonly DataOptions _data = new();
    private readonly ClassifierOptions _classifier = new();

    public ContinualEvaluateCommand(Terminal terminal)
        : base(terminal, "evaluate", "Measures a classifier on the test part of some photos, task by task.",
            "kedge continual evaluate --classifier stream.kedge --data photos")
    {
        _classifier.AddTo(this);
        _data.AddTo(this);
        Add(_json);
    }

    protected override void Run(ParseResult parsed)
    {
        var dataset = _data.OpenTask(parsed, Terminal.Error);
        if (dataset.Test.Count == 0)
            throw new KedgeException($"The data set '{_data.Path(parsed)}' has no test part: lay its photos out as train/CLASS/… " +
                "and test/CLASS/….");
        using var clip = _classifier.LoadModel(parsed, Terminal.Error);
        using var classifier = _classifier.Load(parsed, clip);
        StreamRecord.RequireTasks(classifier.Card, classifier.Classifier.Method);
        using var progress = new ProgressLine(Terminal);
        var result = classifier.Evaluate(
            dataset.Test, dataset.ClassNames, _classifier.Context(parsed, Terminal, progress), Terminal.Cancellation);
        progress.Dispose();
        Terminal.Out.WriteStreamEvaluation(StreamEvaluationRecord.From(dataset.Name, classifier.Card, result), parsed.GetValue(_json));
    }

    protected override string Kept(ParseResult parsed) => _classifier.Kept(parsed);
}
