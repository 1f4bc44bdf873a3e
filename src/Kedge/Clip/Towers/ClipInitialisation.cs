using System.Text.RegularExpressions;
using Kedge.Runtime;
using static TorchSharp.torch;

namespace Kedge.Clip.Towers;

/// <summary>
/// The start of training, as CLIP's authors published it: normal deviates whose widths follow each tower's width and
/// depth; norms one and zero; the last norm of a ResNet's bottleneck zero, and the last convolution of a basic block,
/// which has no norm; the logit scale 1 / 0.07. ResNet convolutions start as Kaiming's (fan in, uniform). Two starts of
/// the Vision Transformer are not theirs, as from theirs it learns colours at once and shapes late: see <see
/// cref="Positions"/> and <see cref="Contrasts"/>.
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
        if (key.EndsWith("running_var", StringComparison.Ordinal)
            || (Norm().IsMatch(key) && key.EndsWith(".weight", StringComparison.Ordinal)))
            return LastNorm().IsMatch(key) ? zeros(shape) : ones(shape);
        if (key == "visual.mean")
            return TensorFactory.Full(shape, 0.5); // the middle of the pixels' range
        if (key == "joint_mean" || (configuration.Vision is BasicResNetConfiguration && LastConvolution().IsMatch(key)))
            return zeros(shape);
        if (key.EndsWith("running_mean", StringComparison.Ordinal) || key.EndsWith("bias", StringComparison.Ordinal))
            return zeros(shape);
        if (key.StartsWith("visual.", StringComparison.Ordinal) && shape.Length == 4
            && configuration.Vision is ResNetConfiguration or BasicResNetConfiguration)
            return rand(shape, generator: generator).Mul(2).Sub(1).Div(Math.Sqrt(shape[1] * shape[2] * shape[3]));
        // a Vision Transformer's, as is the convolution below: a ResNet has returned its own above
        if (key == "visual.positional_embedding")
            return Positions(shape[0] - 1, shape[1]);
        var start = randn(shape, generator: generator).Mul(Deviation(key, shape, configuration));
        return key == "visual.conv1.weight" ? Contrasts(start) : start;
    }

    /// <summary>
    /// Where each patch of a square grid lies, in sines and cosines of its column and row (Vaswani et al. 2017, §3.5,
    /// in two dimensions as Beyer et al. 2022), wavelengths 2π to 200π patches; the class token's place is zero. Unlike
    /// small random numbers they are seen beside the patches from the first step, and alike where patches are near.
    /// </summary>
    /// <returns>[1 + <paramref name="patches"/>, <paramref name="width"/>].</returns>
    private static Tensor Positions(long patches, long width)
    {
        const double longest = 100;
        var (side, waves) = ((long)Math.Sqrt(patches), width / 4);
        var frequencies = pow(longest, TensorFactory.Arange(waves).Div(-(double)waves)); // [F]
        var angles = TensorFactory.Arange(side).unsqueeze(1) * frequencies; // [S, F]
        var axis = cat([angles.sin(), angles.cos()], 1); // [S, 2 F]
        var columns = axis.unsqueeze(0).expand(side, -1, -1);
        var rows = axis.unsqueeze(1).expand(-1, side, -1);
        var places = zeros(1 + patches, width);
        places.narrow(0, 1, patches).narrow(1, 0, 4 * waves).copy_(cat([columns, rows], 2).view(patches, 4 * waves));
        return places;
    }

    /// <summary>
    /// Three quarters of the filters without their mean, twice as large: pixels of a patch are much alike, so that
    /// filters at random all see its colour and hardly what is drawn in it.
    /// </summary>
    /// <param name="filters">[W, 3, P, P]; changed.</param>
    private static Tensor Contrasts(Tensor filters)
    {
        var contrasts = filters.narrow(0, 0, 3 * filters.shape[0] / 4);
        contrasts.sub_(contrasts.mean([2, 3], keepdim: true)).Mul_(2);
        return filters;
    }

    private static double Deviation(string key, long[] shape, ClipConfiguration configuration)
    {
        var blocks = key.StartsWith("visual.", StringComparison.Ordinal) && configuration.Vision is VisionTransformerConfiguration vit
            ? vit.Transformer
            : configuration.Text.Transformer;
        var width = Math.Pow(blocks.Width, -0.5);
        return key switch
        {
            "token_embedding.weight" => 0.02,
            "positional_embedding" => 0.01,
            _ when key.EndsWith("attn.out_proj.weight", StringComparison.Ordinal)
                || key.EndsWith("mlp.c_proj.weight", StringComparison.Ordinal) => width * Math.Pow(2 * blocks.Layers, -0.5),
            _ when key.EndsWith("mlp.c_fc.weight", StringComparison.Ordinal) => Math.Pow(2 * blocks.Width, -0.5),
            "visual.proj.weight" or "visual.hidden.weight" => Math.Pow(shape[^1], -0.5),
            _ when key.StartsWith("visual.attnpool.", StringComparison.Ordinal) => Math.Pow(shape[^1], -0.5),
            _ when key == "visual.conv1.weight" => Math.Pow(shape[1] * shape[2] * shape[3], -0.5),
            _ => width,
        };
    }

    [GeneratedRegex(@"(^|\.)(ln_\w+|bn\d|downsample\.1)\.")]
    private static partial Regex Norm();

    [GeneratedRegex(@"layer\d\.\d+\.bn3\.weight$")]
    private static partial Regex LastNorm();

    [GeneratedRegex(@"layer\d\.\d+\.conv2\.weight$")]
    private static partial Regex LastConvolution();
}
