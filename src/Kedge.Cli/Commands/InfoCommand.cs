using System.CommandLine;
using Kedge.Cli.Options;
using Kedge.Cli.Output;
using Kedge.Clip;
using Kedge.Imaging;

namespace Kedge.Cli.Commands;

/// <summary><c>kedge info</c>: what a model is.</summary>
internal sealed class InfoCommand : KedgeCommand
{
    private readonly Argument<string?> _model = new("model")
    {
        Description = $"A model of the package, a checkpoint's file or folder. [default: {EmbeddedModels.Default}]",
        Arity = ArgumentArity.ZeroOrOne,
    };
    private readonly Option<bool> _json = SharedOptions.Json();
    private readonly ModelOptions _where = new();

    public InfoCommand(Terminal terminal)
        : base(terminal, "info", "Describes a model: architecture, size, preprocessing, where it comes from.", "kedge info kedge-mini")
    {
        Add(_model);
        _where.AddTo(this, named: false);
        Add(_json);
    }

    protected override void Run(ParseResult parsed)
    {
        using var clip = _where.Load(parsed, parsed.GetValue(_model));
        var (vision, text) = (clip.Configuration.Vision, clip.Configuration.Text);
        if (parsed.GetValue(_json))
        {
            Terminal.Out.WriteJson(new
            {
                clip.Name,
                clip.FeatureWidth,
                clip.Parameters,
                clip.LogitScale,
                vision,
                text,
                clip.Preprocessing,
                clip.Layout,
                clip.Format,
                clip.Fingerprint,
            });
            return;
        }
        Terminal.Out.WriteFacts(
            ("name", clip.Name),
            ("image tower", Describe(vision)),
            ("text tower", $"{Describe(text.Transformer)}, {text.ContextLength} positions, {text.VocabularySize} tokens"),
            ("feature width", clip.FeatureWidth),
            ("logit scale", $"{clip.LogitScale:0.###}"),
            ("parameters", $"{clip.Parameters:N0}"),
            ("preprocessing", $"{clip.Preprocessing.Resolution} pixels, {clip.Preprocessing.Kernel}, "
                + $"mean {Describe(clip.Preprocessing.Mean)}, std {Describe(clip.Preprocessing.Std)}"),
            ("source", $"{clip.Layout}, {clip.Format}"),
            ("fingerprint", clip.Fingerprint));
    }

    private static string Describe(VisionConfiguration vision) => vision switch
    {
        VisionTransformerConfiguration vit => $"ViT, patches of {vit.PatchSize} pixels, {Describe(vit.Transformer)}, {vit.Resolution} pixels",
        ResNetConfiguration net => $"ResNet, blocks {string.Join("-", net.Blocks)}, width {net.Width}, heads {net.Heads}, {net.Resolution} pixels",
        _ => vision.ToString(),
    };

    private static string Describe(PerChannel colour) => $"{colour.Red} {colour.Green} {colour.Blue}";

    private static string Describe(TransformerConfiguration blocks) =>
        $"{blocks.Layers} layers, width {blocks.Width}, heads {blocks.Heads}, {blocks.Activation}";
}
