using Kedge.FewShot;
using Kedge.Methods;
using Kedge.Tests.Support;
using static Kedge.Tests.Support.Plain;

namespace Kedge.Tests.Methods;

public class SimTests
{
    private const double Tolerance = 1e-4; // logits in single precision; the map is solved for in double

    private static readonly string[] Words = ["sky", "wood", "water", "stone", "metal"];

    [Theory, InlineData(0.1), InlineData(5)]
    public void The_map_solves_the_ridge_equation(double lambda)
    {
        using var synthetic = new SyntheticTask([3, 1, 4]);
        var (f, labels, words) = (Means(synthetic), Labels(synthetic), WordFeatures(synthetic));
        var l = f.Select(row => words.Select(word => Dot(row, word)).ToArray()).ToArray(); // [N, K]
        var columns = Enumerable.Range(0, 3).Select(c => Solve(
            [.. words.Select((_, i) => words.Select((_, j) => l.Sum(row => row[i] * row[j]) + (i == j ? lambda : 0)).ToArray())],
            [.. words.Select((_, i) => l.Where((_, n) => labels[n] == c).Sum(row => row[i]))])).ToArray();
        Assert.InRange(LargestDifference(new Sim(new() { BalanceClasses = false, Anchors = Words, Lambda = lambda }), synthetic, query =>
            [.. columns.Select(w => SyntheticTask.LogitScale * words.Select((word, k) => Dot(query, word) * w[k]).Sum())]), 0, Tolerance);
    }

    [Fact]
    public void It_looks_at_no_class_feature()
    {
        using var synthetic = SyntheticTask.Even(classes: 3, shots: 4);
        using var scope = TorchSharp.torch.NewDisposeScope();
        var renamed = new FewShotTask(new(synthetic.Support, synthetic.Labels),
            new(["x", "y", "z"], synthetic.Classes.flip(0), SyntheticTask.LogitScale, synthetic.Task.Classes.Templates), new()
            {
                TextTower = synthetic.Tower,
            });
        using var there = new Sim(new() { BalanceClasses = false }).Fit(renamed, null, TestContext.Current.CancellationToken);
        Assert.Equal(Logits(new Sim(new() { BalanceClasses = false }), synthetic), there.Logits(synthetic.Queries).data<float>());
    }

    [Fact]
    public void Its_anchors_are_the_words()
    {
        using var synthetic = SyntheticTask.Even(classes: 3, shots: 4);
        using var classifier = new Sim(new() { BalanceClasses = false, Anchors = Words }).Fit(synthetic.Task, null,
            TestContext.Current.CancellationToken);
        Assert.Equal(Words, classifier.Anchors!.Names);
    }

    [Fact]
    public void Features_of_words_that_the_task_brings_serve_where_there_is_no_text_tower()
    {
        using var synthetic = SyntheticTask.Even(classes: 3, shots: 4);
        FewShotTask Task(AnchorSet? anchors) =>
            new(new(synthetic.Support, synthetic.Labels),
                new(synthetic.Task.Classes.Names, synthetic.Classes, SyntheticTask.LogitScale, []))
            {
                Anchors = anchors,
            };
        using var words = synthetic.Tower.EncodeText([.. Words]);
        using var classifier = new Sim(new() { BalanceClasses = false }).Fit(Task(new AnchorSet(words, Words)), null,
            TestContext.Current.CancellationToken);
        Assert.Equal(Words, classifier.Anchors!.Names);
        Assert.Equal("Fitting sim found a task without a text tower that could encode names: fit on photos, " +
            "or give the task anchor features.",
            Assert.Throws<KedgeException>(() => new Sim(new() { BalanceClasses = false }).Fit(Task(null), null,
                TestContext.Current.CancellationToken)).Message);
    }

    private static double[][] WordFeatures(SyntheticTask synthetic)
    {
        using var features = synthetic.Tower.EncodeText([.. Words.Select(word => $"a photo of a {word}.")]);
        return Rows(features);
    }

    /// <summary>Gauss and Jordan's elimination; the matrix is positive definite, so no pivot is 0.</summary>
    private static double[] Solve(double[][] a, double[] b)
    {
        for (var i = 0; i < b.Length; i++)
            for (var j = 0; j < b.Length; j++)
            {
                var factor = a[j][i] / a[i][i];
                for (var k = 0; j != i && k < b.Length; k++)
                    a[j][k] -= factor * a[i][k];
                b[j] -= j == i ? 0 : factor * b[i];
            }
        return [.. b.Select((x, i) => x / a[i][i])];
    }
}
