using Kedge.Features;
using Kedge.Training.Objectives;
using static TorchSharp.torch;

namespace Kedge.Tests.Training.Objectives;

/// <summary>The losses against plain loops in double precision.</summary>
public class ContrastiveLossTests
{
    /// <summary>A few roundings of doubles of about 10.</summary>
    private const double Rounding = 1e-13;

    /// <summary>
    /// Central differences of step 1e-5 in double precision: the error of the method and of
    /// rounding are about 1e-9 each.
    /// </summary>
    private const double DifferenceTolerance = 1e-7;

    private const int B = 3, D = 4;

    private readonly double[] _images = Numbers(1), _texts = Numbers(2);

    [Theory, InlineData(1), InlineData(14.3), InlineData(100)]
    public void The_loss_is_the_mean_of_both_cross_entropies(double scale)
    {
        using var scope = NewDisposeScope();
        Assert.Equal(Slow(_images, _texts, scale), ContrastiveLosses.InfoNce(Rows(_images), Rows(_texts), scale).item<double>(), Rounding);
    }

    [Fact]
    public void The_gradient_is_that_of_the_plain_loop()
    {
        using var scope = NewDisposeScope();
        const double scale = 3;
        var (images, texts, logitScale) = (Rows(_images).requires_grad_(), Rows(_texts).requires_grad_(), tensor(scale).requires_grad_());
        ContrastiveLosses.InfoNce(images, texts, logitScale).backward();
        Check(images.grad!, (i, shift) => Slow(Shifted(_images, i, shift), _texts, scale));
        Check(texts.grad!, (i, shift) => Slow(_images, Shifted(_texts, i, shift), scale));
        Check(logitScale.grad!, (_, shift) => Slow(_images, _texts, scale + shift));
    }

    [Fact]
    public void Features_that_are_all_alike_cost_the_logarithm_of_the_batch()
    {
        using var scope = NewDisposeScope();
        var alike = ones(8, D, ScalarType.Float64).Unit();
        Assert.Equal(Math.Log(8), ContrastiveLosses.InfoNce(alike, alike, 100).item<double>(), Rounding);
    }

    [Fact]
    public void Further_texts_are_told_from_the_images_alone()
    {
        using var scope = NewDisposeScope();
        var (images, texts, further) = (Rows(_images), Rows(_texts), Rows(Numbers(3)));
        var wide = 5 * matmul(images, cat([texts, further]).t()); // [B, 2B]
        var expected = Enumerable.Range(0, B).Average(i =>
            (wide[i].exp().sum().log().item<double>()
                - (2 * wide[i, i].item<double>()) + wide.select(1, i).exp().sum().log().item<double>()) / 2);
        Assert.Equal(expected, ContrastiveLosses.InfoNce(images, cat([texts, further]), 5).item<double>(), Rounding);
        Assert.True(ContrastiveLosses.Sigmoid(images, cat([texts, further]), 5, 0)
            .item<double>() > ContrastiveLosses.Sigmoid(images, texts, 5, 0).item<double>());
    }

    [Theory, InlineData(1, 0), InlineData(10, -10), InlineData(30, -3)]
    public void The_sigmoid_loss_is_the_sum_over_all_pairs_by_the_batch(double scale, double bias)
    {
        using var scope = NewDisposeScope();
        var expected = 0.0;
        for (var i = 0; i < B; i++)
        {
            for (var j = 0; j < B; j++)
            {
                var logit = (scale * Enumerable.Range(0, D).Sum(d => _images[(i * D) + d] * _texts[(j * D) + d])) + bias;
                expected += Math.Log(1 + Math.Exp(i == j ? -logit : logit)) / B;
            }
        }
        Assert.Equal(expected, ContrastiveLosses.Sigmoid(Rows(_images), Rows(_texts), scale, bias).item<double>(), Rounding);
    }

    private static void Check(Tensor gradient, Func<int, double, double> loss)
    {
        const double step = 1e-5;
        var entries = gradient.data<double>().ToArray();
        Assert.Contains(entries, entry => Math.Abs(entry) > 1e-3);
        Assert.All(entries, (entry, i) => Assert.Equal((loss(i, step) - loss(i, -step)) / (2 * step), entry, DifferenceTolerance));
    }

    private static double Slow(double[] images, double[] texts, double scale)
    {
        double Logit(int i, int j) => scale * Enumerable.Range(0, D).Sum(d => images[i * D + d] * texts[j * D + d]);
        double Entropy(Func<int, double> logits, int truth) =>
            Math.Log(Enumerable.Range(0, B).Sum(j => Math.Exp(logits(j)))) - logits(truth);
        return Enumerable.Range(0, B).Average(i => (Entropy(j => Logit(i, j), i) + Entropy(j => Logit(j, i), i)) / 2);
    }

    private static double[] Numbers(int seed)
    {
        var random = new Random(seed);
        return [.. Enumerable.Range(0, B * D).Select(_ => random.NextDouble() - 0.5)];
    }

    private static double[] Shifted(double[] numbers, int index, double shift) => [.. numbers.Select((x, i) => i == index ? x + shift : x)];

    private static Tensor Rows(double[] numbers) => tensor(numbers, [B, D]);
}
