using System.CommandLine;
using System.Diagnostics;
using System.Globalization;
using Kedge.Tasks;

namespace Kedge.Cli.Commands;

/// <summary><c>kedge fit</c>: a folder of photos to a classifier file.</summary>
internal sealed class FitCommand : KedgeCommand
{
    private static readonly ImageClassifierOptions Defaults = new();

    private readonly Option<string> _data = SharedOptions.Data();
    private readonly Option<string?> _images = SharedOptions.ImageRoot();
    private readonly Option<string?> _index = new("--index")
    {
        Description = "For a CoOp .json: the few-shot index file that picks its images; all of them are learned from, unless --shots says otherwise.",
        HelpName = "file",
    };
    private readonly Option<string> _output = SharedOptions.Output("The classifier file to write, such as photos.kedge.");
    private readonly Option<ShotCount> _shots = new("--shots")
    {
        Description = "Photos to learn from for each class, or all.",
        HelpName = "count",
        DefaultValueFactory = _ => new(Defaults.Shots),
        CustomParser = result =>
        {
            var text = result.Tokens.Single().Value;
            var isNumber = int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var shots) && shots >= 1;
            if (!isNumber && text != "all")
                result.AddError($"--shots is {text}: it must be a number from 1, or all.");
            return new(isNumber ? shots : null);
        },
    };
    private readonly Option<int> _seed = new("--seed")
    {
        Description = "Decides which photos are drawn.",
        HelpName = "number",
        DefaultValueFactory = _ => Defaults.Seed,
    };
    private readonly Option<string[]> _templates = SharedOptions.Templates();
    private readonly Option<int> _views = Numbers.AtLeast(1, new Option<int>("--views")
    {
        Description = "Views of each photo to learn from: the photo, and random crops of it.",
        HelpName = "count",
        DefaultValueFactory = _ => Defaults.Views,
    });
    private readonly Option<bool> _json = SharedOptions.Json();
    private readonly MethodArguments _method = new();
    private readonly ModelOptions _model = new();
    private readonly CacheOptions _cache = new();

    public FitCommand(Terminal terminal)
        : base(terminal, "fit", "Learns a classifier from a few photos a class and writes it to a file.",
            "kedge fit --data photos --shots 16 --out photos.kedge")
    {
        Option[] data = [_data, _images, _index, _output];
        foreach (var option in data)
            Add(option);
        _method.AddTo(this);
        Option[] draw = [_shots, _seed, _templates, _views];
        foreach (var option in draw)
            Add(option);
        _model.AddTo(this);
        _cache.AddTo(this);
        Add(_json);
    }

    protected override void Run(ParseResult parsed)
    {
        var started = Stopwatch.GetTimestamp();
        var path = parsed.GetValue(_output)!;
        OutputFile.Check(path);
        var (method, methodOptions) = _method.Read(parsed);
        var options = new ImageClassifierOptions
        {
            Method = method,
            MethodOptions = methodOptions,
            Shots = Shots(parsed),
            Seed = parsed.GetValue(_seed),
            Templates = parsed.ReadTemplates(_templates),
            Views = parsed.GetValue(_views),
            CreatedBy = "kedge fit",
        };
        var dataset = DatasetReader.Open(parsed.GetValue(_data)!, parsed.GetValue(_images), parsed.GetValue(_index));
        using var clip = _model.Load(parsed);
        using var progress = new ProgressLine(Terminal);
        var work = new ImageWork
        {
            Cache = _cache.Open(parsed, Terminal),
            DecodeThreads = _model.DecodeThreads(parsed),
            Encoding = progress,
            Fitting = progress,
        };
        using var classifier = ImageClassifier.Fit(clip, dataset, options, work, Terminal.Cancellation);
        progress.Dispose();
        classifier.Save(path);
        Report(classifier, path, progress.Encoded, Stopwatch.GetElapsedTime(started), parsed.GetValue(_json));
    }

    protected override string Kept(ParseResult parsed) => _cache.Kept(parsed);

    private void Report(ImageClassifier classifier, string path, int encoded, TimeSpan elapsed, bool json)
    {
        var (card, state, bytes) = (classifier.Card, classifier.Classifier.State, new FileInfo(path).Length);
        if (json)
        {
            Terminal.Out.WriteJson(new
            {
                classifier = path,
                bytes,
                card.Model,
                card.Fingerprint,
                state.Method,
                state.Options,
                state.ClassNames,
                state.Templates,
                card.Support,
                encoded,
                state.Selection,
                seconds = elapsed.TotalSeconds,
            });
            return;
        }
        var draw = card.Support.Shots is { } shots ? $" ({shots} shots, seed {card.Support.Seed})" : "";
        Terminal.Out.WriteFacts(
            ("classifier", $"{path}, {bytes:N0} bytes"),
            ("method", state.Method),
            ("model", card.Model),
            ("classes", state.ClassCount),
            ("support images", $"{card.Support.Images} of {card.Support.Data}{draw}, {encoded} of them encoded now"),
            ("hyper-parameters chosen on", state.Selection),
            ("seconds", $"{elapsed.TotalSeconds:0.0}"));
    }

    /// <summary>An index file has drawn its shots already.</summary>
    private int? Shots(ParseResult parsed) =>
        parsed.GetValue(_index) is not null && parsed.GetResult(_shots) is null or { Implicit: true } ? null : parsed.GetValue(_shots).Number;

    /// <summary>A number of shots; null is all.</summary>
    private readonly record struct ShotCount(int? Number)
    {
        public override string ToString() => Number?.ToString(CultureInfo.InvariantCulture) ?? "all";
    }
}
