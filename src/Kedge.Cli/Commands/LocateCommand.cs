using System.CommandLine;
using Kedge.Cli.Options;
using Kedge.Cli.Output;
using Kedge.Clip;
using Kedge.Clip.Relevance;
using Kedge.Imaging;

namespace Kedge.Cli.Commands;

/// <summary><c>kedge locate</c>: where photos show what a text says.</summary>
internal sealed class LocateCommand : KedgeCommand
{
    private readonly ImageOptions _images = new();
    private readonly Option<string> _text = new("--text") { Description = "What to look for.", HelpName = "words", Required = true };
    private readonly Option<double> _threshold = new("--threshold")
    {
        Description = "From which part of the largest relevance on a pixel belongs to it, above 0 to 1.",
        HelpName = "share",
        DefaultValueFactory = _ => Localisation.Threshold,
    };

    private readonly Option<string?> _mask = new("--mask")
    {
        Description = "Write the mask of the photo, white where it is; of one photo alone.",
        HelpName = "file.png",
    };

    private readonly Option<bool> _json = SharedOptions.Json();
    private readonly ModelOptions _model = new();

    public LocateCommand(Terminal terminal)
        : base(terminal, "locate", "Finds where photos show what a text says: a box, a mask, and how much of the similarity rests there.",
            "kedge locate --text \"a dog\" photo.jpg")
    {
        _images.AddTo(this);
        Option[] options = [_text, _threshold, _mask];
        foreach (var option in options)
            Add(option);
        _model.AddTo(this, encodes: false);
        Add(_json);
    }

    protected override void Run(ParseResult parsed)
    {
        var mask = parsed.GetValue(_mask);
        if (mask is not null)
            OutputFile.Check(mask);
        var images = _images.Open(parsed, Terminal.Error);
        if (mask is not null && images.Count != 1)
            throw new KedgeException($"Writing a mask found {images.Count} photos: give one, or leave --mask away.");
        using var clip = _model.Load(parsed, EncoderPrecision.Float32, otherwise: null);
        ModelOptions.WriteAssumed(clip, Terminal.Error);
        var located = new List<(ImageFile Photo, Location Location)>();
        foreach (var image in images)
        {
            Terminal.Cancellation.ThrowIfCancellationRequested();
            located.Add((image, ClipRelevance.Locate(clip, image, parsed.GetValue(_text)!, parsed.GetValue(_threshold))));
        }
        if (mask is not null)
            OutputFile.WriteBytes(mask, located[0].Location.Mask.ToPng());
        Terminal.Out.WriteLocations(located, parsed.GetValue(_json));
    }
}
