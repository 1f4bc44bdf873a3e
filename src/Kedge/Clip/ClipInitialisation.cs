using System.Text.RegularExpressions;
using static TorchSharp.torch;

namespace Kedge.Clip;

/// <summary>
/// The start of training, as CLIP's authors published it: normal deviates whose widths follow each tower's width and depth; norms one and zero; the
/// last norm of a ResNet's bottleneck zero; the logit scale 1 / 0.07. ResNet convolutions start as Kaiming's (fan in, uniform).
/// </summary>
internal static partial class ClipInitialisation
{
    public static ClipNetwork Build(ClipConfiguration configuration, int seed, Device? device = null)
    {
        using var generator = new Generator((ulong)seed);
        using var noGrad = no_grad();
        return new ClipNetwork(new Weights(Draw, trainable: true), configuration);

        Tensor Draw(string key, long[] shape)
        {
            using var scope = NewDisposeScope();
            return Start(key, shape, configuration, generator).to(device ?? CPU).MoveToOuterDisposeScope();
        }
    }

    private static Tensor Start(string key, long[] shape, ClipConfiguration configuration, Generator generator)
    {
        if (key == "logit_scale")
            return tensor(MathF.Log(1 / 0.07f));
        if (key.EndsWith("running_var", StringComparison.Ordinal) || (Norm().IsMatch(key) && key.EndsWith(".weight", StringComparison.Ordinal)))
            return LastNorm().IsMatch(key) ? zeros(shape) : ones(shape);
        if (key.EndsWith("running_mean", StringComparison.Ordinal) || key.EndsWith("bias", StringComparison.Ordinal))
            return zeros(shape);
        if (key.StartsWith("visual.", StringComparison.Ordinal) && shape.Length == 4 && configuration.Vision is ResNetConfiguration)
            return (rand(shape, generator: generator) * 2 - 1) / Math.Sqrt(shape[1] * shape[2] * shape[3]);
        return randn(shape, generator: generator) * Deviation(key, shape, configuration);
    }

    private static double Deviation(string key, long[] shape, ClipConfiguration configuration)
    {
        var blocks = key.StartsWith("visual.", StringComparison.Ordinal) && configuration.Vision is VisionTransformerConfiguration vit ? vit.Transformer : configuration.Text.Transformer;
        var width = Math.Pow(blocks.Width, -0.5);
        return key switch
        {
            "token_embedding.weight" => 0.02,
            "positional_embedding" => 0.01,
            _ when key.EndsWith("attn.out_proj.weight", StringComparison.Ordinal) || key.EndsWith("mlp.c_proj.weight", StringComparison.Ordinal) => width * Math.Pow(2 * blocks.Layers, -0.5),
            _ when key.EndsWith("mlp.c_fc.weight", StringComparison.Ordinal) => Math.Pow(2 * blocks.Width, -0.5),
            _ when key.StartsWith("visual.attnpool.", StringComparison.Ordinal) => Math.Pow(shape[^1], -0.5),
            _ when key == "visual.conv1.weight" => Math.Pow(shape[1] * shape[2] * shape[3], -0.5),
            _ => width,
        };
    }

    [GeneratedRegex(@"(^|\.)(ln_\w+|bn\d|downsample\.1)\.")]
    private static partial Regex Norm();

    [GeneratedRegex(@"layer\d\.\d+\.bn3\.weight$")]
    private static partial Regex LastNorm();
}
