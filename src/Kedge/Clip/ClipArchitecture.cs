using Kedge.Checkpoints;
using Kedge.Clip.Towers;
using Kedge.Imaging;
using Kedge.Tensors;

namespace Kedge.Clip;

/// <summary>
/// Finds an architecture in a checkpoint: from the shapes of its tensors, and from what its layout declares
/// where shapes cannot tell.
/// </summary>
internal static class ClipArchitecture
{
    public static ClipConfiguration Of(Checkpoint checkpoint, StatedArchitecture stated = default)
    {
        var (shapes, declared) = (new Shapes(checkpoint.Tensors), checkpoint.Declared);
        var activation = stated.Activation ?? declared.Activation ?? Activation.QuickGelu;
        var withoutHeads = Find(shapes, declared with { VisionHeads = 1, TextHeads = 1 }, default, activation);
        foreach (var size in checkpoint.Settings.Sizes)
            Require(size, withoutHeads, checkpoint.Tensors.Origin);
        var found = Find(shapes, declared, stated.Heads, activation);
        return ConfigurationFaults.Find(found) is { } fault ? throw shapes.Refuse(fault) : found;
    }

    private static ClipConfiguration Find(Shapes shapes, DeclaredArchitecture declared, HeadCounts heads, Activation activation)
    {
        var projection = shapes["text_projection", 2];
        var text = new TextConfiguration(
            (int)shapes["positional_embedding", 2][0],
            (int)shapes["token_embedding.weight", 2][0],
            Blocks(shapes, "transformer", (int)projection[0], declared.TextHeads, heads.Text, activation));
        VisionConfiguration vision = (shapes.Has("visual.layer1.0.conv1.weight"), shapes.Has("visual.mean")) switch
        {
            (true, true) => BasicResNet(shapes),
            (true, false) => ResNet(shapes, declared, heads),
            _ => Transformer(shapes, declared, heads, activation),
        };
        return new ClipConfiguration((int)projection[1], vision, text) { JointMean = shapes.Has("joint_mean") };
    }

    /// <summary>
    /// CLIP's preprocessing for an image tower; pixels in 0 to 1 for one that subtracts a mean image itself.
    /// </summary>
    public static Preprocessing UsualPreprocessing(VisionConfiguration vision) => vision is BasicResNetConfiguration
        ? new() { Resolution = vision.Resolution, Mean = new(0, 0, 0), Std = new(1, 1, 1) }
        : new() { Resolution = vision.Resolution };

    /// <summary>The preprocessing that a checkpoint declares, and the usual one where it does not.</summary>
    public static Preprocessing PreprocessingOf(Checkpoint checkpoint, ClipConfiguration configuration)
    {
        var (vision, declared) = (configuration.Vision, checkpoint.Declared.Preprocessing);
        var (resolution, usual) = (vision.Resolution, UsualPreprocessing(vision));
        if ((declared.CropSize ?? resolution) != resolution || (declared.ResizeSize ?? resolution) != resolution)
            throw new KedgeException($"Reading the preprocessing of {checkpoint.Tensors.Origin}: " +
                $"it resizes to {declared.ResizeSize ?? resolution} and crops to {declared.CropSize ?? resolution} pixels, " +
                $"and the image tower takes {resolution}. Expected the same size in all three; correct preprocessor_config.json.");
        return usual with
        {
            Mean = declared.Mean ?? usual.Mean,
            Std = declared.Std ?? usual.Std,
            Kernel = declared.Kernel ?? usual.Kernel,
        };
    }

    /// <summary>Refuses settings of another model.</summary>
    private static void Require(StatedSize stated, ClipConfiguration found, string weights)
    {
        var (vision, text) = (found.Vision as VisionTransformerConfiguration, found.Text.Transformer);
        int? size = stated.Size switch
        {
            ModelSize.FeatureWidth => found.FeatureWidth,
            ModelSize.VisionWidth => vision?.Transformer.Width ?? (found.Vision as ResNetConfiguration)?.Width,
            ModelSize.VisionLayers => vision?.Transformer.Layers,
            ModelSize.PatchSize => vision?.PatchSize,
            ModelSize.Resolution => found.Vision.Resolution,
            ModelSize.TextWidth => text.Width,
            ModelSize.TextLayers => text.Layers,
            _ => found.Text.ContextLength,
        };
        if (size != stated.Value)
            throw new KedgeException($"'{stated.File}' is of another model than '{weights}': {stated.Key} is {stated.Value} there, " +
                $"and {(size is null ? "nothing" : size)} in the weights; put the model's own file beside them.");
    }

    private static VisionTransformerConfiguration Transformer(
        Shapes shapes, DeclaredArchitecture declared, HeadCounts heads, Activation activation)
    {
        var patch = shapes["visual.conv1.weight", 4];
        var side = Side(shapes["visual.positional_embedding", 2][0] - 1, "visual.positional_embedding", shapes);
        return new(
            side * (int)patch[2],
            (int)patch[2],
            Blocks(shapes, "visual.transformer", (int)patch[0], declared.VisionHeads, heads.Vision, activation));
    }

    private static ResNetConfiguration ResNet(Shapes shapes, DeclaredArchitecture declared, HeadCounts heads)
    {
        var width = (int)shapes["visual.layer1.0.conv1.weight", 4][0];
        var side = Side(shapes["visual.attnpool.positional_embedding", 2][0] - 1, "visual.attnpool.positional_embedding", shapes);
        return new(32 * side, width, shapes.Stages(), HeadCounts.Of(declared.VisionHeads, heads.Vision, 32 * width));
    }

    private static BasicResNetConfiguration BasicResNet(Shapes shapes) => new(
        (int)shapes["visual.mean", 3][1],
        (int)shapes["visual.layer1.0.conv1.weight", 4][0],
        shapes.Stages(),
        shapes.Has("visual.hidden.weight") ? (int)shapes["visual.hidden.weight", 2][0] : 0);

    private static TransformerConfiguration Blocks(
        Shapes shapes, string scope, int width, int? stated, int? asked, Activation activation) => new(
        width,
        shapes.Count($"{scope}.resblocks."),
        HeadCounts.Of(stated, asked, width),
        (int)shapes[$"{scope}.resblocks.0.mlp.c_fc.weight", 2][0],
        activation);

    private static int Side(long positions, string key, Shapes shapes)
    {
        var side = (int)Math.Round(Math.Sqrt(positions));
        return side > 0 && (long)side * side == positions
            ? side
            : throw shapes.Refuse($"{key} is of {positions} patches, which make no square");
    }

    private sealed class Shapes(TensorSource tensors)
    {
        private const long MaxLength = 1 << 24; // ResNets multiply it by 32

        public bool Has(string key) => tensors.Entries.ContainsKey(key);

        public long[] this[string key, int dimensions] =>
            tensors.Entries.TryGetValue(key, out var entry) && entry.Shape.Length == dimensions
                && entry.Shape.All(length => length is > 0 and <= MaxLength)
            ? entry.Shape
            : throw Refuse($"{key} with {dimensions} dimensions is {(entry is null ? "missing" : $"[{string.Join(", ", entry.Shape)}]")}");

        /// <summary>How many numbered modules follow a prefix: one more than the highest number.</summary>
        public int Count(string prefix) => tensors.Entries.Keys
            .Where(key => key.StartsWith(prefix, StringComparison.Ordinal))
            .Select(key =>
                int.TryParse(key.AsSpan(prefix.Length, Math.Max(0, key.IndexOf('.', prefix.Length) - prefix.Length)), out var number)
                ? number + 1
                : 0)
            .DefaultIfEmpty(0).Max();

        /// <summary>How many blocks each stage of a residual network has.</summary>
        public int[] Stages() => [.. Enumerable.Range(1, 4).Select(stage => Count($"visual.layer{stage}."))];

        public KedgeException Refuse(string reason) => new($"Reading {tensors.Origin} as a CLIP: {reason}. " +
            "Expected the weights of a CLIP (OpenAI's, open_clip's or Hugging Face's names); give another file.");
    }
}
