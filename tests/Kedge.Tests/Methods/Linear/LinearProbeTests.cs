using Kedge.FewShot;
using Kedge.Methods;
using Kedge.Tests.Support;
using static Kedge.Tests.Support.Plain;
using static TorchSharp.torch;

namespace Kedge.Tests.Methods;

public class LinearProbeTests
{
    private const double Flat = 1e-3; // of a gradient whose terms are about c, at the tolerance of the descent

    /// <summary>At the minimum W = c Σ_n (Y − P)_n f_n and Σ_n (Y − P)_n = 0, for any way to get there.</summary>
    [Theory, InlineData(0.1), InlineData(10), InlineData(1000)]
    public void What_it_learns_is_where_the_loss_is_flat(double strength)
    {
        using var synthetic = new SyntheticTask([3, 1, 4]);
        using var classifier = new LinearProbe(new() { BalanceClasses = false, Strength = strength })
            .Fit(synthetic.Task, null, TestContext.Current.CancellationToken);
        var (f, labels) = (Means(synthetic), Labels(synthetic));
        var w = Rows(classifier.State.Tensors["weight"]).Select(row => row.Select(x => x * SyntheticTask.LogitScale).ToArray()).ToArray();
        var b = classifier.State.Tensors["bias"].data<float>().ToArray();
        var off = f.Select((row, n) => Softmax([.. w.Select((weights, c) => Dot(weights, row) + b[c])])
            .Select((p, c) => (labels[n] == c ? 1 : 0) - p).ToArray()).ToArray();
        for (var c = 0; c < 3; c++)
        {
            Assert.Equal(0, off.Sum(row => row[c]), Flat);
            for (var d = 0; d < 16; d++)
                Assert.Equal(strength * off.Select((row, n) => row[c] * f[n][d]).Sum(), w[c][d], Flat * strength);
        }
    }

    [Fact]
    public void A_weak_strength_gives_every_class_the_share_of_its_images()
    {
        using var synthetic = new SyntheticTask([3, 1, 4]);
        Assert.All(Logits(new LinearProbe(new() { BalanceClasses = false, Strength = 1e-6 }), synthetic).Chunk(3), logits =>
            // the weights are not 0 yet
            Assert.All(Softmax([.. logits]).Zip([3 / 8.0, 1 / 8.0, 4 / 8.0]), pair => Assert.Equal(pair.Second, pair.First, 1e-3)));
    }

    [Fact]
    public void The_strength_is_the_one_that_left_out_folds_speak_for()
    {
        using var synthetic = SyntheticTask.Even(classes: 3, shots: 4, noise: 3);
        using var scope = NewDisposeScope();
        var (strength, next) = (0.1, Loss(0.1));
        for (var least = double.PositiveInfinity; next < least;)
            (least, next, strength) = (next, Loss(strength * Math.Sqrt(10)), strength * Math.Sqrt(10));
        Assert.InRange(strength, 0.5, 5000); // the best is within the grid
        using var chosen = new LinearProbe(new() { BalanceClasses = false }).Fit(synthetic.Task, null,
            TestContext.Current.CancellationToken);
        Assert.Equal(strength / Math.Sqrt(10), chosen.State.Details.GetProperty("strength").GetDouble(), 1e-6);

        double Loss(double strength) => Enumerable.Range(0, 4).Sum(fold =>
        {
            var (ordered, train, left) =
                (SupportOrder.Canonical(synthetic.Task).Support.Features, Fold(f => f != fold), Fold(f => f == fold));
            using var classifier = new LinearProbe(new() { BalanceClasses = false, Strength = strength })
                .Fit(synthetic.Make(ordered.index_select(1, train), synthetic.Labels.index_select(0, train)));
            var images = ordered.index_select(1, left).mean([0]);
            return CrossEntropy(Rows(classifier.Logits(images / images.norm(1, keepdim: true))), [0, 1, 2]);
        });
        static Tensor Fold(Func<int, bool> which) =>
            tensor(Enumerable.Range(0, 12).Where(row => which(row % 4)).Select(row => (long)row).ToArray());
    }

    [Fact]
    public void With_one_shot_the_strength_is_fixed()
    {
        using var synthetic = SyntheticTask.Even(classes: 3, shots: 1);
        Assert.Equal(Logits(new LinearProbe(new() { BalanceClasses = false, Strength = 10 }), synthetic), Logits(new LinearProbe(
            new() { BalanceClasses = false }), synthetic));
    }
}
