using Kedge.FewShot.Selection;
using Kedge.Methods;
using Kedge.Tests.Support;
using static TorchSharp.torch;
using F = TorchSharp.torch.nn.functional;

namespace Kedge.Tests.Methods;

/// <summary>The closed forms of RTOS+ against slow computations that do not share their algebra.</summary>
public class ClosedFormTests
{
    private const double Tolerance = 1e-3; // of solutions of linear systems in single precision, on logits of about 1

    [Theory, InlineData(false), InlineData(true)]
    public void Left_out_logits_are_those_of_a_fit_without_the_image(bool onKernel)
    {
        using var scope = NewDisposeScope();
        var (x, labels) = Images(count: 14, width: 5);
        var targets = F.one_hot(labels, 3).to(ScalarType.Float32);
        const double strength = 0.4;
        var lambda = onKernel ? strength : strength * x.square().sum(1).mean().item<float>();
        var kernel = onKernel
            ? TipAdapter.Affinity(x.div(x.norm(1, keepdim: true)), x.div(x.norm(1, keepdim: true)), TipAdapter.PublishedBeta)
            : x.matmul(x.t());
        var ridge = onKernel ? Ridge.OnKernel(kernel, targets, strength) : Ridge.OnFeatures(x, targets, strength);
        for (var n = 0; n < 14; n++)
        {
            var rest = tensor(Enumerable.Range(0, 14).Where(i => i != n).Select(i => (long)i).ToArray());
            var inner = kernel.index_select(0, rest).index_select(1, rest);
            var coefficients = linalg.solve(inner + eye(13) * lambda, targets.index_select(0, rest));
            var expected = kernel[n].index_select(0, rest).unsqueeze(0).matmul(coefficients).squeeze(0);
            Assert.InRange((expected - ridge.LeaveOneOut[n]).abs().max().item<float>(), 0, Tolerance);
        }
        var all = kernel.matmul(ridge.Coefficients);
        Assert.InRange((all + ridge.Coefficients * lambda - targets).abs().max().item<float>(), 0, Tolerance); // (K + λ I) A = Y
    }

    [Theory, InlineData(false), InlineData(true)]
    public void A_weight_of_an_image_is_as_many_copies_of_it(bool onKernel)
    {
        using var scope = NewDisposeScope();
        var (x, labels) = Images(count: 14, width: 5);
        x = x.div(x.norm(1, keepdim: true));
        var targets = F.one_hot(labels, 3).to(ScalarType.Float32);
        var weights = cat([full(4, 3f), full(10, 1f)]);
        var rows = cat([arange(14), arange(4), arange(4)]);
        var copies = Fit(x.index_select(0, rows), targets.index_select(0, rows), weights: null);
        var weighted = Fit(x, targets, weights);
        var logits = x.matmul(x.t()).matmul(weighted.Coefficients);
        var repeated = x.matmul(x.index_select(0, rows).t()).matmul(copies.Coefficients);
        Assert.InRange((logits - repeated).abs().max().item<float>(), 0, Tolerance);
        var rest = arange(1, 14); // the first image left out
        var without = Fit(x.index_select(0, rest), targets.index_select(0, rest), weights.index_select(0, rest));
        var expected = x.narrow(0, 0, 1).matmul(x.index_select(0, rest).t()).matmul(without.Coefficients);
        Assert.InRange((expected - weighted.LeaveOneOut.narrow(0, 0, 1)).abs().max().item<float>(), 0, Tolerance);

        Ridge Fit(Tensor features, Tensor values, Tensor? weights) => onKernel
            ? Ridge.OnKernel(features.matmul(features.t()), values, 0.4, weights)
            : Ridge.OnFeatures(features, values, 0.4, weights);
    }

    [Fact]
    public void The_discriminant_is_that_of_its_formula()
    {
        using var scope = NewDisposeScope();
        const int count = 12, width = 4, classes = 3;
        var (images, labels) = Images(count, width);
        var (x, y) = (images.data<float>().ToArray(), labels.data<long>().ToArray());
        var mean = new double[classes, width];
        for (var n = 0; n < count; n++)
            for (var d = 0; d < width; d++)
                mean[y[n], d] += x[n * width + d] / (double)y.Count(label => label == y[n]);
        var scatter = new double[width, width]; // (N − 1) Σ
        for (var n = 0; n < count; n++)
            for (var i = 0; i < width; i++)
                for (var j = 0; j < width; j++)
                    scatter[i, j] += (x[n * width + i] - mean[y[n], i]) * (x[n * width + j] - mean[y[n], j]);
        var trace = Enumerable.Range(0, width).Sum(i => scatter[i, i]) / (count - 1); // tr Σ
        for (var i = 0; i < width; i++)
            scatter[i, i] += trace;
        var fitted = GaussianDiscriminant.Fit(images.unsqueeze(0), labels, classes);
        var precision = fitted.Precision.data<float>().ToArray();
        for (var i = 0; i < width; i++)
            for (var j = 0; j < width; j++)
                Assert.Equal(i == j ? width : 0, Enumerable.Range(0, width).Sum(k => scatter[i, k] * precision[k * width + j]),
                    Tolerance * width); // Σ⁻¹ · (…) = D
        var logits = fitted.Logits(images).data<float>().ToArray();
        for (var n = 0; n < count; n++)
        {
            for (var c = 0; c < classes; c++)
            {
                double expected = 0;
                for (var i = 0; i < width; i++)
                    for (var j = 0; j < width; j++)
                        expected += (x[n * width + i] - mean[c, i] / 2) * precision[i * width + j] * mean[c, j];
                Assert.Equal(expected, logits[n * classes + c], Tolerance * Math.Max(1, Math.Abs(expected)));
            }
        }
    }

    [Fact]
    public void A_balanced_discriminant_takes_off_what_noise_adds_to_the_squares_of_means()
    {
        using var scope = NewDisposeScope();
        var images = Images(12, 4).Images;
        var labels = tensor([0L, 0, 0, 0, 0, 0, 0, 1, 1, 1, 2, 2]);
        var view = images.unsqueeze(0);
        var (plain, balanced) = (GaussianDiscriminant.Fit(view, labels, 3), GaussianDiscriminant.Fit(view, labels, 3, balanced: true));
        var within = images - plain.Means.index_select(0, labels);
        var expected = within.matmul(plain.Precision).mul(within).sum().item<float>() / (12 - 3); // tr(Σ⁻¹ S)
        var added = (balanced.Bias - plain.Bias).data<float>().ToArray();
        foreach (var (c, shots) in new[] { 7, 3, 2 }.Index())
            Assert.Equal(expected / shots / 2, added[c], Tolerance * expected);
    }

    [Fact]
    public void One_image_a_class_still_gives_a_discriminant()
    {
        using var scope = NewDisposeScope();
        var images = Images(6, 4).Images;
        var fitted = GaussianDiscriminant.Fit((images - images.mean([0])).unsqueeze(0), arange(6), 6);
        Assert.True(fitted.Logits(images).isfinite().all().item<bool>());
        Assert.Equal(Enumerable.Range(0, 6).Select(i => (long)i), fitted.Logits(images - images.mean([0])).argmax(1).data<long>());
    }

    [Fact]
    public void Held_out_shots_are_a_quarter_of_each_class_and_none_of_one()
    {
        using var synthetic = new SyntheticTask([1, 2, 4, 16]);
        using var scope = NewDisposeScope();
        var held = HeldOutShots.HoldOut(synthetic.Task)!;
        Assert.Equal([1, 2, 3, 3, 3, 3], held.Labels.data<long>());
        Assert.Equal(Enumerable.Range(0, 23).Select(row => (long)row), held.Train.data<long>().Concat(held.Held.data<long>()).Order());
        using var single = SyntheticTask.Even(classes: 3, shots: 1);
        Assert.Null(HeldOutShots.HoldOut(single.Task));
    }

    private static (Tensor Images, Tensor Labels) Images(int count, int width) =>
        (tensor(SyntheticTextTower.Normal(new Random(3), count * width)).reshape(count, width), arange(count) % 3);
}
