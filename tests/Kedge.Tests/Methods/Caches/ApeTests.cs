using Kedge.Methods;
using Kedge.Tests.Support;
using static Kedge.Tests.Support.Plain;

namespace Kedge.Tests.Methods;

public class ApeTests
{
    private const double Tolerance = 1e-5; // of the largest logit: single precision's own
    private const double LearnedTolerance = 1e-4; // through six steps of Adam
    private const int Width = 6;

    [Theory, InlineData(2, 5.5, 0.3, 0.5, 0.7), InlineData(1, 1, 0, 0.2, 1)]
    public void Ape_is_its_formula_on_the_channels_kept(double alpha, double beta, double gamma, double weight, double part)
    {
        using var synthetic = new SyntheticTask([3, 1, 4], width: Width);
        var (keys, t, labels) = (Means(synthetic), Rows(synthetic.Classes), Labels(synthetic));
        var samples = t.Select((name, c) => (name, c)).Concat(keys.Zip(labels)).ToArray();
        var kept = Best(samples, t, weight, (int)Math.Round(part * Width));
        var (smallKeys, smallNames) = (keys.Select(Small).ToArray(), t.Select(Small).ToArray());
        var values = smallKeys.Select((key, n) => Math.Exp(
            gamma * Math.Log2((1 + 1e-6) / (Softmax([.. smallNames.Select(name => Dot(key, name))])[labels[n]] + 1e-6)))).ToArray();
        var method = new Ape(new()
        {
            BalanceClasses = false,
            Alpha = alpha,
            Beta = beta,
            Gamma = gamma,
            SimilarityWeight = weight,
            Channels = part
        });
        Assert.InRange(LargestDifference(method, synthetic, f => [.. t.Select((name, c) => SyntheticTask.LogitScale * Dot(f, name)
            + alpha * smallKeys.Select((key, n) => labels[n] == c ? values[n] * Math.Exp(-beta * (1 - Dot(Small(f), key))) : 0).Sum())]),
                0, Tolerance);

        double[] Small(double[] x) => Unit([.. kept.Select(d => x[d])]);
    }

    [Fact]
    public void Ape_keeps_what_it_has_chosen()
    {
        using var synthetic = SyntheticTask.Even(classes: 4, shots: 4);
        using var classifier = new Ape(new() { BalanceClasses = false }).Fit(synthetic.Task, null, TestContext.Current.CancellationToken);
        double Chosen(string name) => classifier.State.Details.GetProperty(name).GetDouble();
        var again = Logits(new Ape(new()
        {
            BalanceClasses = false,
            Alpha = Chosen("alpha"),
            Beta = Chosen("beta"),
            Gamma = Chosen("gamma")
        }), synthetic);
        using var logits = classifier.Logits(synthetic.Queries);
        Assert.Equal(again, logits.data<float>());
    }

    [Fact]
    public void Ape_with_one_shot_has_the_published_start()
    {
        using var synthetic = SyntheticTask.Even(classes: 4, shots: 1);
        Assert.Equal(Logits(new Ape(new() { BalanceClasses = false, Alpha = 1, Beta = 1, Gamma = 0.1 }), synthetic),
            Logits(new Ape(new() { BalanceClasses = false }), synthetic));
    }

    [Fact]
    public void Ape_t_descends_as_adam_does_by_hand()
    {
        const int epochs = 6;
        using var synthetic = new SyntheticTask([3, 1, 4], width: Width);
        var (views, keys, t, labels) = (Views(synthetic), Means(synthetic), Rows(synthetic.Classes), Labels(synthetic));
        var kept = Best([.. t.Select((name, c) => (name, c))], t, 0.2, 5).ToList();
        var learned = Adam([.. new double[15], .. Enumerable.Repeat(1.0, 8)], epochs, 0.02, 1e-3, 0.1,
            (epoch, x) => CrossEntropy(views[epoch % 2].Select(f => LogitsOf(x, f)), labels), beside: true);
        var method = new ApeT(new() { BalanceClasses = false, Epochs = epochs, LearningRate = 0.02, Alpha = 2, Beta = 3 });
        Assert.InRange(LargestDifference(method, synthetic, f => LogitsOf(learned, f)), 0, LearnedTolerance);

        double[] LogitsOf(double[] x, double[] f) => [.. t.Select((name, c) => SyntheticTask.LogitScale * Dot(f, Moved(x, name, c))
            + 2 * keys.Select((key, n) => labels[n] == c ? x[15 + n] * Math.Exp(-3 * (1 - Dot(f, Moved(x, key, c)))) : 0).Sum())];
        double[] Moved(double[] x, double[] feature, int c) =>
            [.. feature.Select((value, d) => value + (kept.Contains(d) ? x[c * 5 + kept.IndexOf(d)] : 0))];
    }

    [Fact]
    public void Ape_t_without_epochs_is_tip_adapter_bit_for_bit()
    {
        using var synthetic = SyntheticTask.Even(classes: 3, shots: 4);
        Assert.Equal(Logits(new TipAdapter(new() { BalanceClasses = false, Alpha = 1, Beta = 2 }), synthetic),
            Logits(new ApeT(new() { BalanceClasses = false, Epochs = 0, Alpha = 1, Beta = 2 }), synthetic));
    }

    /// <summary>
    /// The channels of the best mean over all pairs of samples of different classes, one by one; ascending.
    /// </summary>
    private static int[] Best((double[] Features, int Class)[] samples, double[][] names, double weight, int count) =>
        [.. Enumerable.Range(0, Width).OrderByDescending(d =>
        {
            var products = from x in samples from y in samples where x.Class != y.Class select x.Features[d] * y.Features[d];
            var mean = names.Average(name => name[d]);
            return -weight * products.Average()
                + (1 - weight) * names.Sum(name => (name[d] - mean) * (name[d] - mean)) / (names.Length - 1);
        }).Take(count).Order()];
}
