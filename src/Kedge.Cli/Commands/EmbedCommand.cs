using System.CommandLine;
using System.Text.Encodings.Web;
using System.Text.Json;
using Kedge.Cli.Options;
using Kedge.Cli.Output;
using Kedge.Clip;
using Kedge.Data;
using Kedge.Features;
using Kedge.Imaging;
using Kedge.Tensors;
using static TorchSharp.torch;

namespace Kedge.Cli.Commands;

/// <summary><c>kedge embed</c>: features of images or texts, as a safetensors file.</summary>
internal sealed class EmbedCommand : KedgeCommand
{
    private static readonly JsonSerializerOptions Plain = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private readonly Option<string[]> _images = new("--images")
    {
        Description = "Photos, or folders or zips of photos; gives image.features [N, D], and their names as 'paths'.",
        HelpName = "path",
        AllowMultipleArgumentsPerToken = true,
        Arity = ArgumentArity.OneOrMore,
    };

    private readonly Option<string?> _zipNames = SharedOptions.ZipNames();
    private readonly Option<string?> _texts = new("--texts")
    {
        Description = "A file with a text a line; gives text.features [N, D].",
        HelpName = "file",
    };
    private readonly Option<string> _output = SharedOptions.Output("The safetensors file to write.");
    private readonly Option<bool> _normalize = new("--normalize")
    {
        Description = "Whether features are made unit length.",
        DefaultValueFactory = _ => true,
    };
    private readonly ModelOptions _model = new();
    private readonly EncodingOptions _encoding = new();

    public EmbedCommand(Terminal terminal)
        : base(terminal, "embed", "Writes a model's features of images or texts to a safetensors file.",
            "kedge embed --images photos --out features.safetensors")
    {
        Add(_images);
        Add(_zipNames);
        Add(_texts);
        Add(_output);
        Add(_normalize);
        _model.AddTo(this);
        _encoding.AddTo(this);
        Validators.Add(result =>
        {
            if ((result.GetResult(_images) is null) == (result.GetResult(_texts) is null))
                result.AddError("Give either --images or --texts.");
        });
    }

    protected override void Run(ParseResult parsed)
    {
        var path = parsed.GetValue(_output)!;
        OutputFile.Check(path);
        var images = parsed.GetValue(_images) is { Length: > 0 } paths
            ? ImageFiles.Open(paths, parsed.GetValue(_zipNames), note => Terminal.Error.WriteLine($"Note: {note}")) : null;
        var texts = parsed.GetValue(_texts) is { } file ? TextLines.Read(file) : null;
        using var clip = _model.Load(parsed, Terminal.Error);
        using var scope = NewDisposeScope();
        if (images is not null)
        {
            var (features, usable, _) = Encode(clip, images, parsed);
            SafetensorsWriter.Write(path, Named("image.features", features.Image), Paths(usable));
        }
        else
            SafetensorsWriter.Write(path, Named("text.features", clip.EncodeText(texts!, parsed.GetValue(_normalize)).cpu()));
    }

    protected override string Kept(ParseResult parsed) => _encoding.Kept(parsed);

    private Extraction Encode(ClipModel clip, IReadOnlyList<ImageFile> images, ParseResult parsed)
    {
        var extractor = parsed.GetValue(_normalize)
            ? new FeatureExtractor(clip, _encoding.Open(parsed, Terminal))
            : new FeatureExtractor(new RawFeatures(clip));
        using var progress = new ProgressLine(Terminal);
        var unusable = new UnusableImages(_encoding.Strict(parsed) ? null : progress.LeftOut.Add, [images]);
        var options = new ExtractionOptions
        {
            DecodeThreads = _model.DecodeThreads(parsed),
            CutShort = _encoding.CutShort(parsed, progress),
        };
        return extractor.Extract(FeatureKinds.Image, images, unusable, options, progress, Terminal.Cancellation);
    }

    private static Dictionary<string, Tensor> Named(string name, Tensor features) => new() { [name] = features };

    private static Dictionary<string, string> Paths(IReadOnlyList<ImageFile> images) =>
        new() { ["paths"] = JsonSerializer.Serialize(images.Select(image => image.Name), Plain) };

    /// <summary>
    /// The model's features without normalisation. Never cached, since the cache holds unit features.
    /// </summary>
    private sealed class RawFeatures(ClipModel clip) : IImageEncoder
    {
        public string Fingerprint => clip.Fingerprint;

        public Preprocessing Preprocessing => clip.Preprocessing;

        public int Width => clip.FeatureWidth;

        public ImageFeatures Encode(Tensor pixels, FeatureKinds kinds) => clip.EncodeImage(pixels, normalize: false);
    }
}
