using Kedge.Clip;
using Kedge.Clip.Towers;
using Kedge.Imaging;
using Kedge.Reports.Records;

namespace Kedge.Cli.Output;

/// <summary>Writes a model's description as text or JSON.</summary>
internal static class ModelText
{
    /// <summary>A fact a line; or a JSON object.</summary>
    public static void WriteModel(this TextWriter output, ClipModel clip, bool json)
    {
        var model = ModelRecord.From(clip);
        if (json)
        {
            output.WriteJson(model);
            return;
        }
        output.WriteFacts(
            ("name", model.Name),
            ("image tower", Describe(model.Vision)),
            ("text tower", $"{Describe(model.Text.Transformer)}, {model.Text.ContextLength} positions, {model.Text.VocabularySize} tokens"),
            ("feature width", model.FeatureWidth),
            ("logit scale", $"{model.LogitScale:0.###}"),
            ("parameters", $"{model.Parameters:N0}"),
            ("preprocessing", $"{model.Preprocessing.Resolution} pixels, {model.Preprocessing.Kernel}, "
                + $"mean {Describe(model.Preprocessing.Mean)}, std {Describe(model.Preprocessing.Std)}"),
            ("source", $"{model.Layout}, {model.Format}"),
            ("settings", string.Join("; ", model.Settings.GroupBy(setting => setting.Source).Select(group =>
                $"{string.Join(", ", group.Select(setting => setting.Name))}: {group.Key ?? "assumed"}"))),
            ("fingerprint", model.Fingerprint),
            ("precision", $"{model.Precision.Name()}{(EncoderPrecisions.ReasonForFloat32(clip) is { } reason ? $": {reason}" : "")}"));
    }

    private static string Describe(VisionConfiguration vision) => vision switch
    {
        VisionTransformerConfiguration vit =>
            $"ViT, patches of {vit.PatchSize} pixels, {Describe(vit.Transformer)}, {vit.Resolution} pixels",
        ResNetConfiguration net =>
            $"ResNet, blocks {string.Join("-", net.Blocks)}, width {net.Width}, heads {net.Heads}, {net.Resolution} pixels",
        BasicResNetConfiguration net => $"ResNet of basic blocks {string.Join("-", net.Blocks)}, width {net.Width}, "
            + (net.HiddenWidth > 0 ? $"head with {net.HiddenWidth} hidden units" : "linear head") + $", {net.Resolution} pixels",
        _ => vision.ToString(),
    };

    private static string Describe(PerChannel colour) => $"{colour.Red} {colour.Green} {colour.Blue}";

    private static string Describe(TransformerConfiguration blocks) =>
        $"{blocks.Layers} layers, width {blocks.Width}, heads {blocks.Heads}, {blocks.Activation}";
}
