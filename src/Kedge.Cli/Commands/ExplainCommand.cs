using System.CommandLine;
using Kedge.Cli.Options;
using Kedge.Cli.Output;
using Kedge.Clip;
using Kedge.Clip.Relevance;
using Kedge.Imaging;
using Kedge.Reports.Explanations;

namespace Kedge.Cli.Commands;

/// <summary>
/// <c>kedge explain</c>: explanations of predictions, the anchors of a classifier, or what the similarity of photos and
/// a text rests on.
/// </summary>
internal sealed class ExplainCommand : KedgeCommand
{
    private readonly ImageOptions _images = new("Without any, the anchors of the classifier are listed.");
    private readonly Option<bool> _guide = new("--guide")
    {
        Description = "With --text: optimise a mask over the photo until the model sees all words, and show what it changes.",
    };

    private readonly Option<int> _top = RangedOption.AtLeast(1, new Option<int>("--top")
    {
        Description = "How many classes, anchors, photos and words to show of each.",
        HelpName = "count",
        DefaultValueFactory = _ => 5,
    });
    private readonly Option<string?> _words = new("--words")
    {
        Description = "A file with the words and phrases to read anchors by, one a line. [default: Kedge's list of open words]",
        HelpName = "file",
    };
    private readonly Option<string?> _page = new("--html") { Description = "Write a page with pictures, too.", HelpName = "file" };
    private readonly Option<bool> _json = SharedOptions.Json();
    private readonly ClassifierOptions _classifier = new(required: false);
    private readonly Option<string?> _text = new("--text")
    {
        Description = "In place of a classifier: explain the similarity of the photos and this text, by its tokens and their patches.",
        HelpName = "words",
    };

    public ExplainCommand(Terminal terminal)
        : base(terminal, "explain", "Shows why photos got their classes, what the anchors of a classifier have become, " +
            "and what the similarity of photos and a text rests on.",
            "kedge explain --classifier photos.kedge --html why.html new.jpg")
    {
        _images.AddTo(this);
        _classifier.AddTo(this);
        Add(_text);
        Add(_guide);
        Option[] shown = [_top, _words, _page, _json];
        foreach (var option in shown)
            Add(option);
        Validators.Add(result =>
        {
            if (result.GetResult(_classifier.Path) is null == result.GetResult(_text) is null)
                result.AddError("Give either --classifier or --text.");
            if (result.GetResult(_text) is null)
            {
                if (result.GetResult(_guide) is { Implicit: false })
                    result.AddError("--guide: with --text alone.");
                return;
            }
            if (!_images.AreGiven(result))
                result.AddError("--text: give photos to compare it with, too.");
            foreach (var option in new Option[] { _top, _words }.Where(option => result.GetResult(option) is { Implicit: false }))
                result.AddError($"{option.Name}: not with --text, which shows all of it.");
        });
    }

    protected override void Run(ParseResult parsed)
    {
        if (parsed.GetValue(_page) is { } page)
            OutputFile.Check(page);
        if (parsed.GetValue(_text) is { } text)
            ExplainText(parsed, text);
        else
            ExplainClassifier(parsed);
    }

    protected override string Kept(ParseResult parsed) => _classifier.Kept(parsed);

    private void ExplainText(ParseResult parsed, string text)
    {
        var images = _images.Open(parsed, Terminal.Error);
        using var clip = _classifier.LoadModelAlone(parsed, Terminal.Error);
        var pairs = new List<(ImageFile Photo, PairRelevance Pair)>();
        var guided = new List<Guidance>(); // none, or one a photo
        foreach (var image in images)
        {
            Terminal.Cancellation.ThrowIfCancellationRequested();
            pairs.Add((image, ClipRelevance.Explain(clip, image, text)));
            if (parsed.GetValue(_guide))
                guided.Add(GuidedMask.Optimise(clip, image, text, cancellation: Terminal.Cancellation));
        }
        if (parsed.GetValue(_page) is { } page)
            RelevancePage.Write(page, clip.Name, pairs);
        Terminal.Out.WriteRelevance(pairs, guided, parsed.GetValue(_json));
    }

    private void ExplainClassifier(ParseResult parsed)
    {
        var (top, page) = (parsed.GetValue(_top), parsed.GetValue(_page));
        var images = _images.Open(parsed, Terminal.Error);
        var words =
            parsed.GetValue(_words) is { } file ? TextLines.Read(file).Where(word => !string.IsNullOrWhiteSpace(word)).ToList() : null;
        using var clip = _classifier.LoadModel(parsed, Terminal.Error);
        using var classifier = _classifier.Load(parsed, clip);
        using var progress = new ProgressLine(Terminal);
        var explanations =
            classifier.Explain(images, Math.Max(2, top), _classifier.Context(parsed, Terminal, progress), Terminal.Cancellation);
        progress.Dispose();
        var describes = classifier.Classifier.Anchors is not null || images.Count == 0;
        var descriptions = describes ? classifier.ReadAnchors(top, words, Terminal.Cancellation) : [];
        if (page is not null)
            ExplanationPage.Write(page, classifier.Card, explanations, descriptions, top, _images.ZipNames(parsed));
        if (images.Count > 0)
            Terminal.Out.WriteExplanations(explanations, descriptions, top, parsed.GetValue(_json));
        else
            Terminal.Out.WriteAnchors(descriptions, parsed.GetValue(_json));
    }
}
