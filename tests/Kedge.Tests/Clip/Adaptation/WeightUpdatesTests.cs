using Kedge.Clip;
using Kedge.Clip.Adaptation;
using Kedge.FewShot;
using Kedge.Methods;
using Kedge.Persistence;
using Kedge.Tests.Persistence;
using Kedge.Tests.Support;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Kedge.Tests.Clip.Adaptation;

/// <summary>Updates of low rank and of whole tensors, merged, learned, and kept in files.</summary>
public class WeightUpdatesTests
{
    private const string Projection = "text_projection", Block = "transformer.resblocks.2.mlp.c_proj.weight";
    private static readonly string[] Names = ["fox", "golden retriever", "airplane"];


    /// <summary>As the first version computed them: features in its caches stay valid.</summary>
    [Theory]
    [InlineData("small/clip-vit", "82ba221eddf2983becf36ba5b7a1f05ae5c334150d2fe4f8435b49dcb179aea4")]
    [InlineData("small/clip-rn", "10e25aa4321f4f0ba89b3a3eb09eab736caa0a52fa71285c2948a17235f2932c")]
    public void Low_rank_updates_keep_their_fingerprint(string folder, string fingerprint)
    {
        using var golden = Golden.Open(folder, "openai.fp16.safetensors", "small/images");
        using var scope = NewDisposeScope();
        using var merged = golden.Model.With(
            new(golden.Model.AttentionProjections.ToDictionary(weight => weight.Name, weight => (WeightUpdate)new LowRankUpdate(
            Pattern(weight.Parts, 2, weight.Inputs), Pattern(weight.Parts, weight.Outputs, 2), 0.5))));
        Assert.Equal(fingerprint, merged.Fingerprint);
    }

    [Fact]
    public void Whole_tensors_take_the_place_of_weights()
    {
        using var golden = Golden.Open("small/clip-vit", "openai.fp16.safetensors", "small/images");
        using var scope = NewDisposeScope();
        var pixels = golden.Pixels();
        using var same = golden.Model.With(Whole(golden, factor: 1));
        using var doubled = golden.Model.With(Whole(golden, factor: 2));
        Assert.Equal(golden.Model.EncodeText(Names).data<float>(), same.EncodeText(Names).data<float>());
        Assert.True(GoldenClipTests.Difference(golden.Model.EncodeText(Names), doubled.EncodeText(Names)) > 1e-3);
        Assert.Equal(golden.Model.EncodeImage(pixels).data<float>(), doubled.EncodeImage(pixels).data<float>());
        Assert.Equal(3, new HashSet<string> { golden.Model.Fingerprint, same.Fingerprint, doubled.Fingerprint }.Count);
    }

    [Fact]
    public void Whole_tensors_and_low_rank_ones_are_kept_in_a_classifier_file()
    {
        using var golden = Golden.Open("small/clip-vit", "openai.fp16.safetensors", "small/images");
        using var synthetic = SyntheticTask.Even(classes: 3, shots: 2);
        using var scope = NewDisposeScope();
        var low = golden.Model.AttentionProjections[0];
        var updates = new WeightUpdates(new Dictionary<string, WeightUpdate>(Whole(golden, factor: 2).ByWeight)
        {
            [low.Name] = new LowRankUpdate(Pattern(low.Parts, 2, low.Inputs), Pattern(low.Parts, low.Outputs, 2)),
        });
        using var merged = golden.Model.With(updates);
        var state =
            ClassifierState.Create(new ClipLora(new()), synthetic.Task, ClipLoraClassifier.CreateFitted(synthetic.Classes, updates));
        using var fitted = new FittedClassifier(new ClipLoraClassifier(state), ClassifierFileTests.Card, prototypes: null);
        using var folder = new TemporaryFolder();
        ClassifierFile.Save(folder["x.kedge"], fitted);
        using var file = ClassifierFile.Open(folder["x.kedge"]);
        using var read = golden.Model.With(file.Classifier.Update!);
        Assert.Equal(merged.Fingerprint, read.Fingerprint);
        Assert.Equal(merged.EncodeText(Names).data<float>(), read.EncodeText(Names).data<float>());
    }

    [Fact]
    public void Whole_tensors_learn_beside_a_frozen_model()
    {
        const double step = 0.02, tolerance = 0.05; // F32 losses of about 1 differ by 1e-7, steps of 0.02 bend the curve a little
        using var golden = Golden.Open("small/clip-vit", "openai.fp16.safetensors", "small/images");
        using var scope = NewDisposeScope();
        var updates = Whole(golden, factor: 1);
        var weights = randn([Names.Length, golden.Model.FeatureWidth], generator: new Generator(5));
        using (var towers = golden.Model.Adapt(updates, dropout: null))
            (towers.EncodeText(Names) * weights).sum().backward();
        foreach (var (name, update) in updates.ByWeight)
        {
            var value = ((WholeUpdate)update).Value; // is there after the towers are freed
            var expected = value.grad!.norm().item<float>();
            Assert.True(expected > 0, name);
            var direction = value.grad! / value.grad!.norm();
            Assert.Equal(expected, (Loss(step) - Loss(-step)) / (2 * step), tolerance * expected + 1e-4);

            double Loss(double by)
            {
                using var moved = value.detach() + direction * by;
                using var merged =
                    golden.Model.With(new(new Dictionary<string, WeightUpdate>(updates.ByWeight) { [name] = new WholeUpdate(moved) }));
                return (merged.EncodeText(Names) * weights).sum().item<float>();
            }
        }
        Assert.All(golden.Model.Network.parameters(), parameter => Assert.False(parameter.requires_grad));
    }

    [Fact]
    public void Whole_tensors_of_another_model_are_refused()
    {
        using var golden = Golden.Open("small/clip-vit", "openai.fp16.safetensors", "small/images");
        using var value = zeros(3, 4);
        Assert.Equal("Adapting openai.fp16.safetensors found an update of 'no.weight' with a whole tensor [3, 4], " +
            "which is none of its weights: " +
            "take the model that the update was learned on.", Refusal("no.weight"));
        Assert.Equal($"Adapting openai.fp16.safetensors found an update of '{Projection}' with a whole tensor [3, 4], " +
            "which has the shape [64, 48]: " +
            "take the model that the update was learned on.", Refusal(Projection));

        string Refusal(string name) => Assert.Throws<KedgeException>(() =>
            golden.Model.With(new(new Dictionary<string, WeightUpdate> { [name] = new WholeUpdate(value) }))).Message;
    }

    private static WeightUpdates Whole(Golden golden, double factor)
    {
        var weights = golden.Model.Network.state_dict();
        return new(new[] { Projection, Block }.ToDictionary(
            name => name, name => (WeightUpdate)new WholeUpdate(new Parameter(weights[name].detach() * factor))));
    }

    // −3/16 … 3/16
    private static Tensor Pattern(params long[] shape) =>
        arange(shape.Aggregate(1L, (a, b) => a * b)).remainder(7).sub(3).to(ScalarType.Float32).div(16).reshape(shape);
}
