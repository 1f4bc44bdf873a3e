using Kedge.FewShot.Selection;
using Kedge.Tests.Support;
using static TorchSharp.torch;
using F = TorchSharp.torch.nn.functional;

namespace Kedge.Tests.FewShot.Selection;

public class StackingTests
{
    private const double Tolerance = 5e-3; // of a weight: the objective is flat at its minimum, and in single precision
    private const double FlatSlope = 1e-3; // of the objective for each unit of weight

    [Fact]
    public void The_weight_of_one_member_is_that_of_the_least_cross_entropy()
    {
        using var scope = NewDisposeScope();
        var (logits, labels) = Draw(images: 60, classes: 4, seed: 1);
        var best = Enumerable.Range(0, 4000).Select(i => i * 0.001).MinBy(w => F.cross_entropy(logits * w, labels).item<float>());
        Assert.InRange(best, 0.05, 3.9); // within the grid
        Assert.Equal(best, Stacking.Weight(logits, labels), 0.02); // a grid search in single precision finds a flat minimum no better
    }

    [Fact]
    public void At_the_weights_the_objective_is_flat_or_would_fall_below_zero()
    {
        using var scope = NewDisposeScope();
        var (first, labels) = Draw(images: 80, classes: 5, seed: 2);
        Tensor[] members = [first, Draw(80, 5, seed: 2).Logits.square() * 0.3, -first + Draw(80, 5, seed: 3).Logits * 0.1];
        double[] prior = [0.5, 0.5, 0.5];
        var weights = Stacking.Weights(members, labels, prior, priorImages: 4);
        Assert.All(weights, weight => Assert.True(weight >= 0));
        Assert.Contains(weights, weight => weight == 0); // the member that is against the first
        for (var m = 0; m < 3; m++)
        {
            var slope = (Objective(Moved(m, 1e-2)) - Objective(Moved(m, -1e-2))) / 2e-2;
            Assert.True(weights[m] == 0 ? slope > -FlatSlope : Math.Abs(slope) < FlatSlope,
                $"weight {m} is {weights[m]} with slope {slope}");
        }

        double[] Moved(int m, double by) => [.. weights.Select((weight, i) => i == m ? weight + by : weight)];
        double Objective(double[] w) => F.cross_entropy(Stacking.Sum(members, w), labels).to(ScalarType.Float64).item<double>()
            + 4 / (2.0 * 80) * w.Zip(prior, (a, b) => (a - b) * (a - b)).Sum();
    }

    [Fact]
    public void A_strong_prior_is_kept()
    {
        using var scope = NewDisposeScope();
        var (logits, labels) = Draw(images: 20, classes: 3, seed: 4);
        Assert.Equal(0.7, Stacking.Weights([logits], labels, [0.7], priorImages: 1e7)[0], Tolerance);
    }

    [Fact]
    public void Images_beyond_one_block_count_as_well()
    {
        using var scope = NewDisposeScope();
        var (logits, labels) = Draw(images: 30, classes: 3, seed: 5);
        var once = Stacking.Weight(logits, labels);
        Assert.Equal(once, Stacking.Weight(logits.repeat(50, 1), labels.repeat(50)), Tolerance); // 1,500 rows, the same objective
    }

    [Fact]
    public void A_weight_of_an_image_is_as_many_copies_of_it()
    {
        using var scope = NewDisposeScope();
        var (logits, labels) = Draw(images: 30, classes: 3, seed: 6);
        var other = Draw(images: 30, classes: 3, seed: 7).Logits;
        var rows = cat([arange(30), arange(10), arange(10)]); // the first ten three times
        var weights = cat([full(10, 3f), full(20, 1f)]);
        weights /= weights.mean();
        var copies = Stacking.Weights([logits.index_select(0, rows), other.index_select(0, rows)], labels.index_select(0, rows), [0, 0]);
        var weighted = Stacking.Weights([logits, other], labels, [0, 0], imageWeights: weights);
        Assert.Equal(copies[0], weighted[0], Tolerance);
        Assert.Equal(copies[1], weighted[1], Tolerance);
    }

    [Fact]
    public void A_member_that_knows_nothing_gets_no_weight()
    {
        using var scope = NewDisposeScope();
        var labels = arange(40) % 4;
        Assert.Equal(0, Stacking.Weight(-F.one_hot(labels, 4).to(ScalarType.Float32), labels));
    }

    private static (Tensor Logits, Tensor Labels) Draw(int images, int classes, int seed)
    {
        var random = new Random(seed);
        var labels = tensor(Enumerable.Range(0, images).Select(_ => (long)random.Next(classes)).ToArray());
        var noise = tensor(SyntheticTextTower.Normal(random, images * classes)).reshape(images, classes);
        return (F.one_hot(labels, classes).to(ScalarType.Float32) * 1.5f + noise * 1.2f, labels);
    }
}
