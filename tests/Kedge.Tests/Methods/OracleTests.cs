using System.Text.Json;
using Kedge.FewShot;
using Kedge.Methods;
using Kedge.Tests.Support;
using static Kedge.Tests.Support.Plain;

namespace Kedge.Tests.Methods;

/// <summary>
/// The methods without learning against slow plain loops in double precision that share
/// nothing with them but the paper.
/// </summary>
public class OracleTests
{
    /// <summary>Logits are up to about 20; F32 keeps 7 digits of them and sums of 16 products lose one.</summary>
    private const double Tolerance = 5e-5;

    private static readonly int[] Shots = [3, 1, 4];

    [Fact]
    public void Zero_shot_is_a_scaled_cosine()
    {
        using var synthetic = new SyntheticTask(Shots);
        var (f, t) = (Rows(synthetic.Queries), Rows(synthetic.Classes));
        Check(synthetic, new ZeroShot(), (b, c) => SyntheticTask.LogitScale * Dot(f[b], t[c]));
    }

    [Fact]
    public void Nearest_class_mean_is_the_cosine_with_the_mean_of_shots_and_views()
    {
        using var synthetic = new SyntheticTask([3, 3, 3]); // uneven classes' means are shortened
        var (f, support, labels) = (Rows(synthetic.Queries), Views(synthetic), synthetic.Labels.data<long>().ToArray());
        Check(synthetic, new NearestClassMean(), (b, c) =>
        {
            var mean = new double[16];
            foreach (var view in support)
                for (var i = 0; i < labels.Length; i++)
                    for (var d = 0; d < 16 && labels[i] == c; d++)
                        mean[d] += view[i][d];
            return SyntheticTask.LogitScale * Dot(f[b], mean) / Math.Sqrt(Dot(mean, mean));
        });
    }

    [Theory, InlineData(1, 5.5), InlineData(3.5, 0.5), InlineData(0, 2)]
    public void Tip_adapter_adds_what_its_keys_say_of_their_classes(double alpha, double beta)
    {
        using var synthetic = new SyntheticTask(Shots);
        var (f, t, support, labels) =
            (Rows(synthetic.Queries), Rows(synthetic.Classes), Views(synthetic), synthetic.Labels.data<long>().ToArray());
        Check(synthetic, new TipAdapter(new() { BalanceClasses = false, Alpha = alpha, Beta = beta }), (b, c) =>
        {
            var cache = 0.0;
            for (var i = 0; i < labels.Length; i++)
            {
                var key = support[0][i].Zip(support[1][i], (x, y) => x + y).ToArray();
                if (labels[i] == c)
                    cache += Math.Exp(-beta * (1 - Dot(f[b], key) / Math.Sqrt(Dot(key, key))));
            }
            return SyntheticTask.LogitScale * Dot(f[b], t[c]) + alpha * cache;
        });
    }

    [Theory, InlineData("tip-adapter"), InlineData("tip-adapter-f")]
    public void Alpha_zero_equals_zero_shot_bit_for_bit(string name)
    {
        using var synthetic = new SyntheticTask(Shots);
        Assert.Equal(Logits(new ZeroShot(), synthetic),
            Logits(MethodCatalog.Default.Create(name, JsonSerializer.SerializeToElement(new { alpha = 0 })), synthetic));
    }

    [Fact]
    public void Zero_epochs_equal_tip_adapter_bit_for_bit()
    {
        using var synthetic = new SyntheticTask(Shots);
        Assert.Equal(Logits(new TipAdapter(new() { BalanceClasses = false, Alpha = 1, Beta = 5.5 }), synthetic),
            Logits(new TipAdapterF(new() { BalanceClasses = false, Epochs = 0 }), synthetic));
    }

    [Fact]
    public void Tip_adapter_f_learns_and_reports_each_step()
    {
        using var synthetic = new SyntheticTask([4, 4, 4], views: 1);
        var steps = new List<FitProgress>();
        using var classifier = new TipAdapterF(new() { BalanceClasses = false, BatchSize = 6, Epochs = 40 })
            .Fit(synthetic.Task, new Collect(steps), TestContext.Current.CancellationToken);
        Assert.Equal(Enumerable.Range(1, 80), steps.Select(step => step.Step));
        Assert.All(steps, step => Assert.Equal(80, step.Steps));
        var losses = steps.Chunk(2).Select(epoch => epoch.Average(step => step.Loss!.Value)).ToArray();
        Assert.True(losses[^1] < 0.9 * losses[0], $"The loss went from {losses[0]} to {losses[^1]}.");
    }

    /// <summary>
    /// One image a class and the gradient by hand: AdamW's first step moves each entry by the rate
    /// against the gradient's sign.
    /// </summary>
    [Fact]
    public void The_first_step_of_tip_adapter_f_moves_keys_by_the_rate_times_the_gradients_sign()
    {
        using var synthetic = new SyntheticTask([1, 1], views: 1);
        const double rate = 0.01;
        using var start = new TipAdapter(new() { BalanceClasses = false }).Fit(synthetic.Task, null, TestContext.Current.CancellationToken);
        using var after = new TipAdapterF(new()
        {
            BalanceClasses = false,
            Epochs = 1,
            LearningRate = rate,
            WeightDecay = 0,
            Epsilon = 1e-12
        })
            .Fit(synthetic.Task, null, TestContext.Current.CancellationToken);
        var (before, learned, f, t) =
            (Rows(start.State.Tensors["keys"]), Rows(after.State.Tensors["keys"]), Views(synthetic)[0], Rows(synthetic.Classes));
        var labels = start.State.Tensors["labels"].data<long>().ToArray();
        double Affinity(int b, int n) => Math.Exp(-5.5 * (1 - Dot(f[b], before[n])));
        for (var n = 0; n < 2; n++)
            for (var d = 0; d < 16; d++)
            {
                var gradient = 0.0;
                for (var b = 0; b < 2; b++)
                {
                    double Logit(int c) => SyntheticTask.LogitScale * Dot(f[b], t[c]) + Affinity(b, labels[0] == c ? 0 : 1);
                    var p = 1 / (1 + Math.Exp(Logit(1 - (int)labels[n]) - Logit((int)labels[n])));
                    gradient += (p - (b == n ? 1 : 0)) / 2 * Affinity(b, n) * 5.5 * f[b][d];
                }
                Assert.Equal(before[n][d] - rate * Math.Sign(gradient), learned[n][d], 1e-5);
            }
    }

    private static void Check(SyntheticTask synthetic, FewShotMethod method, Func<int, int, double> expected)
    {
        var logits = Logits(method, synthetic);
        Assert.Equal(synthetic.QueryLabels.Length * Shots.Length, logits.Length);
        Assert.All(logits, (logit, i) => Assert.Equal(expected(i / Shots.Length, i % Shots.Length), logit, Tolerance));
    }

    private sealed class Collect(List<FitProgress> steps) : IProgress<FitProgress>
    {
        public void Report(FitProgress value) => steps.Add(value);
    }
}
