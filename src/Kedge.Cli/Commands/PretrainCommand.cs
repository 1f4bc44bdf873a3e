using System.CommandLine;
using Kedge.Clip;
using Kedge.Pretraining;
using Kedge.Tasks;

namespace Kedge.Cli.Commands;

/// <summary><c>kedge pretrain</c>: a small CLIP from nothing.</summary>
internal sealed class PretrainCommand : KedgeCommand
{
    private static readonly PretrainingOptions Defaults = new() { Steps = 1 };

    private readonly Option<string> _pairs = new("--pairs")
    {
        Description = "A folder or zip of photos below train/CLASS and, to try the model at the end, val/CLASS.",
        HelpName = "path",
        Required = true,
    };
    private readonly Option<string> _descriptions = new("--descriptions")
    {
        Description = "JSON: for each CLASS its names, hypernyms and gloss, of which captions are made.",
        HelpName = "file",
        Required = true,
    };
    private readonly Option<string> _architecture = new("--arch")
    {
        Description = "JSON: the architecture (docs/models/kedge-mini.arch.json is one).",
        HelpName = "file",
        Required = true,
    };
    private readonly Option<int> _steps = Numbers.AtLeast(1, new Option<int>("--steps")
    {
        Description = "Training steps.",
        HelpName = "count",
        Required = true,
    });
    private readonly Option<string> _output = new("--out")
    {
        Description = "The folder for checkpoints and, at the end, model.safetensors. A run that it holds is resumed.",
        HelpName = "folder",
        Required = true,
    };
    private readonly Option<int> _seed = new("--seed")
    {
        Description = "Decides the start and the order of images.",
        HelpName = "number",
        DefaultValueFactory = _ => Defaults.Seed,
    };
    private readonly Option<double> _learningRate = Numbers.Above(0, new Option<double>("--learning-rate")
    {
        Description = "The highest learning rate.",
        HelpName = "number",
        DefaultValueFactory = _ => Defaults.LearningRate,
    });
    private readonly Option<int> _batchSize = Numbers.AtLeast(2, new Option<int>("--batch-size")
    {
        Description = "Pairs a step; at most one of each class.",
        HelpName = "count",
        DefaultValueFactory = _ => Defaults.BatchSize,
    });
    private readonly Option<bool> _json = SharedOptions.Json();
    private readonly ModelOptions _where = new();

    public PretrainCommand(Terminal terminal)
        : base(terminal, "pretrain", "Trains a small CLIP from nothing on photos and descriptions of their classes.",
            "kedge pretrain --pairs photos.zip --descriptions classes.json --arch kedge-mini.arch.json --steps 5000 --out runs/mini")
    {
        Option[] options = [_pairs, _descriptions, _architecture, _steps, _output, _seed, _learningRate, _batchSize];
        foreach (var option in options)
            Add(option);
        _where.AddTo(this, named: false);
        Add(_json);
    }

    protected override void Run(ParseResult parsed)
    {
        var architecture = ArchitectureFile.Read(parsed.GetValue(_architecture)!);
        var dataset = DatasetReader.Open(parsed.GetValue(_pairs)!);
        var described = new DescribedDataset(dataset, ClassDescription.ReadAll(parsed.GetValue(_descriptions)!));
        var options = Defaults with
        {
            Steps = parsed.GetValue(_steps),
            Seed = parsed.GetValue(_seed),
            LearningRate = parsed.GetValue(_learningRate),
            BatchSize = parsed.GetValue(_batchSize),
        };
        var device = _where.Device(parsed);
        using var progress = new ProgressLine(Terminal);
        var model = new ContrastiveTrainer(architecture, options, device).Run(described.Pairs(), parsed.GetValue(_output)!, progress, Terminal.Cancellation);
        progress.Dispose();

        var accuracy = dataset.Validation.Count > 0 ? ZeroShotAccuracy(model, described, dataset, parsed) : null;
        if (parsed.GetValue(_json))
            Terminal.Out.WriteJson(new { model, options.Steps, validationImages = dataset.Validation.Count, zeroShotTop1 = accuracy });
        else
            Terminal.Out.WriteFacts(("model", model), ("zero-shot accuracy", Describe(accuracy, dataset.Validation.Count)));
    }

    protected override string Kept(ParseResult parsed) =>
        $"what is finished is kept in '{parsed.GetValue(_output)}'; the same command goes on from there.";

    private static string Describe(double? accuracy, int images) =>
        accuracy is null ? "not measured: there is no validation part" : $"{accuracy:0.0 %} of {images} validation images";

    private double? ZeroShotAccuracy(string model, DescribedDataset described, ImageDataset dataset, ParseResult parsed)
    {
        var names = described.Names;
        using var clip = _where.Load(parsed, model);
        using var classifier = ImageClassifier.ZeroShot(clip, names);
        using var progress = new ProgressLine(Terminal);
        var work = new ImageWork { Encoding = progress, DecodeThreads = _where.DecodeThreads(parsed) };
        return classifier.Evaluate(dataset.Validation, names, work, Terminal.Cancellation).Top1;
    }
}
