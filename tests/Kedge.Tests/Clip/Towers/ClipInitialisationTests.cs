using Kedge.Clip.Towers;
using static TorchSharp.torch;

namespace Kedge.Tests.Clip.Towers;

public class ClipInitialisationTests
{
    private static readonly TextConfiguration Text = new(77, 500, new TransformerConfiguration(32, Layers: 3, Heads: 1, MlpWidth: 128));
    private static readonly TransformerConfiguration ImageBlocks = new(64, Layers: 2, Heads: 1, MlpWidth: 256);
    private static readonly ClipConfiguration Vit = new(16, new VisionTransformerConfiguration(32, 8, ImageBlocks), Text);
    private static readonly ClipConfiguration Basic =
        new(16, new BasicResNetConfiguration(64, Width: 8, [1, 1, 1, 1], HiddenWidth: 24), Text) { JointMean = true };

    private static readonly ClipConfiguration ResNet = new(16, new ResNetConfiguration(64, 8, [1, 1, 1, 1], 4), Text);

    [Fact]
    public void The_same_seed_gives_the_same_weights_and_another_gives_others()
    {
        using var first = ClipInitialisation.Build(Vit, seed: 5);
        using var again = ClipInitialisation.Build(Vit, seed: 5);
        using var other = ClipInitialisation.Build(Vit, seed: 6);
        var (same, others) = (again.state_dict(), other.state_dict());
        foreach (var (key, weights) in first.state_dict())
            Assert.True(weights.equal(same[key]).all().item<bool>(), key);
        Assert.False(first.text_projection.equal(others["text_projection"]).any().item<bool>());
    }

    /// <summary>
    /// The widths of OpenAI's initialisation, written out: W the width and L the layers of the tower.
    /// </summary>
    [Theory]
    [InlineData("token_embedding.weight", 0.02)]
    [InlineData("positional_embedding", 0.01)]
    [InlineData("text_projection", 0.1767767)] // W^-½, W = 32
    [InlineData("transformer.resblocks.2.attn.in_proj_weight", 0.1767767)]
    [InlineData("transformer.resblocks.2.attn.out_proj.weight", 0.0721688)] // (2 L W)^-½, L = 3
    [InlineData("transformer.resblocks.0.mlp.c_fc.weight", 0.125)] // (2 W)^-½
    [InlineData("transformer.resblocks.0.mlp.c_proj.weight", 0.0721688)]
    [InlineData("visual.class_embedding", 0.125)] // W = 64
    [InlineData("visual.proj", 0.125)]
    [InlineData("visual.transformer.resblocks.1.attn.out_proj.weight", 0.0625)] // L = 2
    [InlineData("visual.transformer.resblocks.1.mlp.c_fc.weight", 0.0883883)]
    public void Weights_of_a_transformer_are_normal_of_the_published_deviation(string key, double deviation)
    {
        using var network = ClipInitialisation.Build(Vit, seed: 1);
        var values = network.state_dict()[key].data<float>().ToArray();
        var (mean, spread) = (values.Average(), Math.Sqrt(values.Average(x => (double)x * x)));
        Assert.Equal(0, mean, 5 * deviation / Math.Sqrt(values.Length)); // five standard errors, here and below
        Assert.Equal(deviation, spread, 5 * deviation / Math.Sqrt(2 * values.Length));
    }

    [Fact]
    public void Positions_of_patches_start_as_sines_and_cosines_of_column_and_row()
    {
        using var network = ClipInitialisation.Build(Vit, seed: 1); // 4 × 4 patches, 64 wide: 16 waves an axis
        var table = network.state_dict()["visual.positional_embedding"];
        for (var token = 0; token < 17; token++)
        {
            var (row, column) = Math.DivRem(token - 1, 4);
            for (var i = 0; i < 16; i++)
            {
                var wave = Math.Pow(100, -i / 16.0);
                double[] expected = token == 0
                    ? [0, 0, 0, 0]
                    : [Math.Sin(column * wave), Math.Cos(column * wave), Math.Sin(row * wave), Math.Cos(row * wave)];
                for (var part = 0; part < 4; part++)
                    Assert.Equal(expected[part], table[token, (16 * part) + i].item<float>(), 1e-6); // F32's rounding
            }
        }
    }

    [Fact]
    public void Three_quarters_of_the_patch_filters_start_without_a_mean_and_twice_as_large()
    {
        using var network = ClipInitialisation.Build(Vit, seed: 1);
        var filters = network.state_dict()["visual.conv1.weight"]; // [64, 3, 8, 8]
        var deviation = Math.Pow(3 * 8 * 8, -0.5);
        var (contrasts, others) = (filters.narrow(0, 0, 48), filters.narrow(0, 48, 16));
        Assert.InRange(contrasts.mean([2, 3]).abs().max().item<float>(), 0, 1e-6); // F32's rounding
        // a mean of 64 pixels takes 1 / 128 of the deviation, and five standard errors are 0.04 of it
        Assert.Equal(2 * deviation, contrasts.std().item<float>(), 0.05 * deviation);
        Assert.Equal(deviation, others.std().item<float>(), 0.1 * deviation); // five standard errors are 0.06
        Assert.InRange(others.mean([2, 3]).abs().max().item<float>(), deviation / 8, deviation); // the largest of 48 means of 64
    }

    [Fact]
    public void Norms_start_as_identities_biases_at_zero_and_the_logit_scale_at_its_temperature()
    {
        using var network = ClipInitialisation.Build(Vit, seed: 1);
        foreach (var (key, weights) in network.state_dict())
        {
            if (key.EndsWith("bias", StringComparison.Ordinal))
                AssertAll(0, weights, key);
            else if (key.Contains("ln_", StringComparison.Ordinal))
                AssertAll(1, weights, key);
        }
        Assert.Equal(Math.Log(1 / 0.07), network.logit_scale.item<float>(), 1e-6); // F32's rounding
    }

    [Fact]
    public void Bottlenecks_of_a_residual_network_start_as_their_shortcuts()
    {
        using var network = ClipInitialisation.Build(ResNet, seed: 1);
        var weights = network.state_dict();
        for (var stage = 1; stage <= 4; stage++)
            AssertAll(0, weights[$"visual.layer{stage}.0.bn3.weight"], "the last norm of a bottleneck");
        foreach (var key in (string[])["visual.bn3.weight", "visual.layer1.0.bn1.weight",
            "visual.layer1.0.downsample.1.weight", "visual.bn1.running_var"])
            AssertAll(1, weights[key], key);
        AssertAll(0, weights["visual.bn1.running_mean"], "a running mean");
    }

    [Theory, InlineData("visual.conv2.weight", 4 * 9), InlineData("visual.layer4.0.conv1.weight", 128),
        InlineData("visual.layer1.0.downsample.0.weight", 8)]
    public void Convolutions_of_a_residual_network_are_uniform_within_the_root_of_their_fan(string key, int fan)
    {
        using var network = ClipInitialisation.Build(ResNet, seed: 1);
        var values = network.state_dict()[key].data<float>().ToArray();
        var bound = 1 / Math.Sqrt(fan);
        Assert.All(values, value => Assert.InRange(value, -bound, bound));
        Assert.True(values.Max() > 0.9 * bound && values.Min() < -0.9 * bound);
    }

    /// <summary>It has no norms, so that its blocks could not start as shortcuts otherwise.</summary>
    [Fact]
    public void Basic_blocks_start_as_their_shortcuts()
    {
        using var network = ClipInitialisation.Build(Basic, seed: 1);
        var weights = network.state_dict();
        foreach (var key in (string[])["visual.layer1.0.conv2.weight", "visual.layer4.0.conv2.weight", "visual.conv1.bias", "joint_mean"])
            AssertAll(0, weights[key], key);
        AssertAll(0.5, weights["visual.mean"], "the mean image");
        foreach (var (key, fan) in new[] { ("visual.layer2.0.conv1.weight", 8 * 9), ("visual.layer2.0.downsample.weight", 8) })
            Assert.Equal(1 / Math.Sqrt(fan), weights[key].abs().max().item<float>(), 0.1 / Math.Sqrt(fan));
        var head = weights["visual.proj.weight"];
        Assert.Equal(Math.Pow(64 + 24, -0.5), head.std().item<float>(), 0.1 * Math.Pow(88, -0.5)); // five standard errors
    }

    private static void AssertAll(double expected, Tensor weights, string what) =>
        Assert.True(weights.eq(expected).all().item<bool>(), $"{what} is not {expected}.");
}
