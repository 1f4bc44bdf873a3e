using System.CommandLine;
using System.Diagnostics;
using Kedge.Cli.Options;
using Kedge.Cli.Output;
using Kedge.Persistence;
using Kedge.Tasks;

namespace Kedge.Cli.Commands;

/// <summary><c>kedge fit</c>: fits a classifier on photos, or on a task of features, and saves it.</summary>
internal sealed class FitCommand : KedgeCommand
{
    private const string CreatedBy = "kedge fit";

    private readonly Option<string> _output = SharedOptions.Output("The classifier file to write, such as photos.kedge.");
    private readonly Option<bool> _json = SharedOptions.Json();
    private readonly DataOptions _data = new();
    private readonly MethodSelectionOptions _method = new();
    private readonly DrawOptions _draw = new();
    private readonly ModelOptions _model = new();
    private readonly EncodingOptions _encoding = new();
    private readonly CheckpointOptions _checkpoint = new();
    private readonly ProbabilityOptions _calibration = new();

    public FitCommand(Terminal terminal)
        : base(terminal, "fit", "Learns a classifier from a few photos a class and writes it to a file.",
            "kedge fit --data photos --shots 16 --out photos.kedge")
    {
        _data.AddWithTaskTo(this, [.. _draw.All, _model.Model, .. _encoding.All]);
        Add(_output);
        _method.AddTo(this);
        _draw.AddTo(this);
        _model.AddTo(this);
        _encoding.AddTo(this);
        _checkpoint.AddTo(this);
        _calibration.AddTo(this);
        Add(_json);
    }

    protected override void Run(ParseResult parsed)
    {
        var path = parsed.GetValue(_output)!;
        OutputFile.Check(path);
        var checkpoint = _checkpoint.Open(parsed, path);
        if (_data.Task(parsed) is { } task)
            FitTask(parsed, task, path, checkpoint);
        else
            FitPhotos(parsed, path, checkpoint);
        checkpoint?.Remove();
    }

    protected override string Kept(ParseResult parsed) =>
        _checkpoint.Kept(parsed) ?? (_data.Task(parsed) is null ? _encoding.Kept(parsed) : base.Kept(parsed));

    private void FitPhotos(ParseResult parsed, string path, FitCheckpoint? checkpoint)
    {
        var started = Stopwatch.GetTimestamp();
        var method = _method.Read(parsed, Terminal.Error);
        var options = _draw.Read(parsed, _data.Templates(parsed)) with
        {
            Method = method,
            Calibration = _calibration.Read(parsed),
            CreatedBy = CreatedBy,
        };
        var dataset = _data.Open(parsed, Terminal.Error, _draw.Index(parsed));
        using var clip = _model.Load(parsed, Terminal.Error);
        using var progress = new ProgressLine(Terminal);
        using var classifier = ImageClassifier.Fit(clip,
            dataset, options, _encoding.Context(parsed, Terminal, _model, progress) with { FitStore = checkpoint }, Terminal.Cancellation);
        progress.Dispose();
        classifier.Save(path);
        var seconds = Stopwatch.GetElapsedTime(started).TotalSeconds;
        Terminal.Out.WriteFit(path, classifier.Card, classifier.Classifier.State, progress.Encoded, seconds, parsed.GetValue(_json));
    }

    private void FitTask(ParseResult parsed, string source, string path, FitCheckpoint? checkpoint)
    {
        var started = Stopwatch.GetTimestamp();
        var method = _method.Read(parsed, Terminal.Error);
        using var task = FeatureTask.Open(source, _model.Device(parsed));
        using var progress = new ProgressLine(Terminal);
        using var classifier =
            FeatureClassifier.Fit(task, method, CreatedBy, progress, checkpoint, _calibration.Read(parsed), Terminal.Cancellation);
        progress.Dispose();
        classifier.Save(path);
        var seconds = Stopwatch.GetElapsedTime(started).TotalSeconds;
        Terminal.Out.WriteFit(path, classifier.Card, classifier.Classifier.State, encoded: 0, seconds, parsed.GetValue(_json));
    }
}
