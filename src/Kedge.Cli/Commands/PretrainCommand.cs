using System.CommandLine;
using Kedge.Cli.Options;
using Kedge.Cli.Output;
using Kedge.Cli.Reports;
using Kedge.Clip;
using Kedge.Reports.Records;
using Kedge.Training;
using Kedge.Training.Objectives;

namespace Kedge.Cli.Commands;

/// <summary><c>kedge pretrain</c>: trains a small CLIP from scratch, or continues from trained weights.</summary>
internal sealed class PretrainCommand : KedgeCommand
{
    private readonly Option<string?> _architecture = new("--arch")
    {
        Description = "JSON: the architecture to train from nothing (docs/models/kedge-mini.arch.json is one).",
        HelpName = "file",
    };
    private readonly Option<string?> _start = new("--start")
    {
        Description = "In place of --arch: a model to train on from, with its architecture and weights.",
        HelpName = "model",
    };
    private readonly Option<string> _output = new("--out")
    {
        Description = "A new folder for checkpoints, the curve, and model.safetensors as of the last checkpoint.",
        HelpName = "folder",
        Required = true,
    };
    private readonly Option<bool> _resume = new("--resume") { Description = "Go on with the run that the folder holds." };
    private readonly Option<bool> _json = SharedOptions.Json();
    private readonly PretrainingDataOptions _sources = new();
    private readonly PretrainingRunOptions _options = new();
    private readonly ModelOptions _where = new();

    public PretrainCommand(Terminal terminal)
        : base(terminal, "pretrain", "Trains a small CLIP on images and captions.",
            "kedge pretrain --pairs photos.zip --descriptions classes.json --arch kedge-mini.arch.json --steps 5000 --out runs/mini")
    {
        foreach (var option in _sources.Options.Concat([_architecture, _start, _output, _resume]).Concat(_options.Options))
            Add(option);
        _where.AddTo(this, named: false, encodes: false);
        Add(_json);
    }

    protected override void Run(ParseResult parsed)
    {
        var folder = parsed.GetValue(_output)!;
        if (!parsed.GetValue(_resume) && ContrastiveTrainer.HasCheckpoint(folder))
            throw new KedgeException($"'{folder}' holds a training run already: go on with it (--resume), or name another folder.");
        var options = _options.Read(parsed);
        var trainer = Trainer(parsed, options);
        if (trainer.Assumed is { } assumed)
            Terminal.Error.WriteLine($"Note: {assumed}");
        var data = _sources.Read(parsed);
        using var progress = new ProgressLine(Terminal);
        string model;
        try
        {
            model = trainer.Run(data, folder, progress, Terminal.Cancellation);
        }
        catch (OperationCanceledException)
        {
            Draw(folder);
            throw;
        }
        finally
        {
            progress.Dispose();
        }
        var accuracy = Draw(folder) is [.., var last] ? last.HeldOutAccuracy : null;
        if (parsed.GetValue(_json))
            Terminal.Out.WriteJson(new TrainingRecord(model, options.Steps, data.HeldOut?.Images.Count ?? 0, accuracy));
        else
            Terminal.Out.WriteFacts(("model", model), ("zero-shot accuracy", Describe(accuracy, data.HeldOut)));
    }

    private ContrastiveTrainer Trainer(ParseResult parsed, PretrainingOptions options) =>
        (parsed.GetValue(_architecture), parsed.GetValue(_start)) switch
        {
            ({ } file, null) => new(ArchitectureFile.Read(file), options, _where.Device(parsed)),
            (null, { } model) => new(model, options, _where.Device(parsed)),
            _ => throw new KedgeException("A training run starts from an architecture or from a model: give one of --arch and --start."),
        };

    protected override string Kept(ParseResult parsed) =>
        $"what is finished is kept in '{parsed.GetValue(_output)}'; the same command with --resume goes on from there.";

    /// <summary>Plots the training curve of a run's folder, and returns its points.</summary>
    private static IReadOnlyList<CurvePoint> Draw(string folder)
    {
        var curve = TrainingCurve.Read(folder);
        if (curve.Count > 0)
            OutputFile.WriteBytes(Path.Combine(folder, "curve.png"),
                TrainingPlot.Png([.. curve.Select(point => (point.Step, point.Loss, point.HeldOutAccuracy))]));
        return curve;
    }

    private static string Describe(double? accuracy, HeldOutImages? held) =>
        accuracy is null || held is null
            ? "not measured: there are no held-out images"
            : $"{accuracy:0.0 %} of {held.Images.Count} held-out images";
}
