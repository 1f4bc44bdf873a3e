using Kedge.FewShot;
using Kedge.Methods;
using Kedge.Tests.Support;
using static Kedge.Tests.Support.Plain;

namespace Kedge.Tests.Methods;

public class CalipTests
{
    private const double Tolerance = 1e-5; // the specification's, as a part of the largest logit

    /// <summary>Similarities doubled, T' and f' not made unit, mean and maximum over the patches.</summary>
    [Theory, InlineData(1.12, 0.02), InlineData(0, 0.5), InlineData(3, 0)]
    public void It_is_the_published_formula(double textWeight, double imageWeight)
    {
        using var synthetic = new SyntheticTask([1, 1, 1, 1], width: 5);
        var t = Rows(synthetic.Classes);
        var method = new Calip(new() { TextWeight = textWeight, ImageWeight = imageWeight });
        Assert.InRange(LargestDifference(method, synthetic, (f, patches, _) =>
        {
            var byPatch = t.Select(name => Softmax([.. patches.Select(v => 2 * Dot(v, name))])).ToArray(); // [C][P]
            var texts = byPatch.Select(weights => Mix(weights, patches)).ToArray();
            var attended = patches.Select(v => Mix(Softmax([.. t.Select(name => 2 * Dot(v, name))]), t)).ToArray(); // [P][D]
            double[] image = [.. f.Select((_, d) => attended.Average(row => row[d]) + attended.Max(row => row[d]))];
            return [.. t.Zip(texts, (name, text) =>
                SyntheticTask.LogitScale * (Dot(f, name) + textWeight * Dot(f, text) + imageWeight * Dot(image, name)))];
        }), 0, Tolerance);
    }

    [Theory, InlineData(1.12, 0.02), InlineData(0, 0.5), InlineData(3, 0)]
    public void With_unit_features_it_is_as_in_the_first_version(double textWeight, double imageWeight)
    {
        using var synthetic = new SyntheticTask([1, 1, 1, 1], width: 5);
        var t = Rows(synthetic.Classes);
        var method = new Calip(new() { TextWeight = textWeight, ImageWeight = imageWeight, Unit = true });
        Assert.InRange(LargestDifference(method, synthetic, (f, patches, _) =>
        {
            var byPatch = t.Select(name => Softmax([.. patches.Select(v => Dot(v, name))])).ToArray(); // [C][P]
            var texts = byPatch.Select(weights => Unit(Mix(weights, patches))).ToArray();
            var byName = patches.Select(v => Softmax([.. t.Select(name => Dot(v, name))])).ToArray(); // [P][C]
            var image = Unit(Mix([.. byName.Select(_ => 1.0 / patches.Length)], [.. byName.Select(weights => Mix(weights, t))]));
            return [.. t.Zip(texts, (name, text) =>
                SyntheticTask.LogitScale * (Dot(f, name) + textWeight * Dot(f, text) + imageWeight * Dot(image, name)))];
        }), 0, Tolerance);
    }

    [Fact]
    public void Without_weights_it_is_zero_shot_bit_for_bit()
    {
        using var synthetic = new SyntheticTask([2, 2, 2]);
        Assert.Equal(Logits(new ZeroShot(), synthetic), Logits(new Calip(new() { TextWeight = 0, ImageWeight = 0 }), synthetic));
    }

    [Fact]
    public void A_task_without_patches_is_refused_before_anything_runs()
    {
        using var synthetic = new SyntheticTask([2, 2, 2]);
        Assert.Equal("Fitting calip found a task without features of the images' patches: it learns from them; " +
            "give it photos and a model (--data), not features.",
            Assert.Throws<KedgeException>(
                () => TaskRequirements.Require(new Calip(new()), synthetic.Make(synthetic.Support, synthetic.Labels))).Message);
    }

    [Fact]
    public void Images_without_patches_are_refused()
    {
        using var synthetic = new SyntheticTask([2, 2, 2]);
        using var classifier = new Calip(new()).Fit(synthetic.Task, null, TestContext.Current.CancellationToken);
        Assert.Equal("Classifying with calip found images without features of their patches, expected [24, P, 16]: " +
            "encode the images with the model that the classifier was fitted on.",
            Assert.Throws<KedgeException>(() => classifier.Logits(synthetic.Queries)).Message);
    }
}
