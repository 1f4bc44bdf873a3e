using Kedge.FewShot;
using Kedge.Methods;
using Kedge.Tests.Support;
using static TorchSharp.torch;
using F = TorchSharp.torch.nn.functional;

namespace Kedge.Tests.Methods;

/// <summary>The methods in closed form against their equations, solved in double precision by other routes.</summary>
public class ClosedFormMethodTests
{
    private const double Tolerance = 1e-5; // of the largest logit: single precision's own

    [Theory, InlineData(0.02), InlineData(1)]
    public void Gda_adds_the_published_discriminant_up_to_what_all_classes_share(double alpha)
    {
        using var synthetic = new SyntheticTask([3, 1, 4], views: 1);
        using var scope = NewDisposeScope();
        var (f, t, x, y) = Doubles(synthetic);
        var means = stack(Enumerable.Range(0, 3).Select(c => x[y == c].mean([0])));
        var within = x - means.index_select(0, y);
        var covariance = within.t().matmul(within) / (8 - 1);
        var regular = (covariance * (8 - 1) + eye(16, dtype: ScalarType.Float64) * covariance.trace()) / 16;
        var w = linalg.solve(regular, means.t()); // [D, C]
        var expected = f.matmul(t.t()) * SyntheticTask.LogitScale + (f.matmul(w) - (means.t() * w).sum(dim: 0) / 2 - Math.Log(3)) * alpha;
        AssertClose(Centred(expected), Centred(Logits(new Gda(new() { BalanceClasses = false, Alpha = alpha }), synthetic)));
    }

    [Fact]
    public void Gda_with_alpha_zero_equals_zero_shot_bit_for_bit()
    {
        using var synthetic = new SyntheticTask([3, 1, 4]);
        using var scope = NewDisposeScope();
        Assert.Equal(Logits(new ZeroShot(), synthetic).data<float>(), Logits(new Gda(new() { BalanceClasses = false, Alpha = 0 }),
            synthetic).data<float>());
    }

    [Theory, InlineData(1), InlineData(4)]
    public void Gda_keeps_the_weight_it_has_chosen(int shots)
    {
        using var synthetic = SyntheticTask.Even(classes: 4, shots: shots);
        using var classifier = new Gda(new() { BalanceClasses = false }).Fit(synthetic.Task, null, TestContext.Current.CancellationToken);
        var alpha = classifier.State.Details.GetProperty("alpha").GetDouble();
        Assert.InRange(alpha, 1e-4, 100); // the published grid's ends
        using var scope = NewDisposeScope();
        AssertClose(Logits(new Gda(new() { BalanceClasses = false, Alpha = alpha }), synthetic).to(ScalarType.Float64),
            classifier.Logits(synthetic.Queries));
    }

    [Theory, InlineData(5.5, 1), InlineData(1, 0.2), InlineData(3, 0.05)]
    public void ProKeR_solves_its_equation_as_published(double beta, double lambda)
    {
        using var synthetic = new SyntheticTask([3, 1, 4]);
        using var scope = NewDisposeScope();
        AssertClose(PublishedProKeR(synthetic, beta, lambda), Logits(new ProKeR(new()
        {
            BalanceClasses = false,
            Beta = beta,
            Lambda = lambda
        }), synthetic));
    }

    [Fact]
    public void ProKeR_of_a_lambda_towards_zero_is_zero_shot()
    {
        using var synthetic = new SyntheticTask([3, 1, 4]);
        using var scope = NewDisposeScope();
        var zeroShot = Logits(new ZeroShot(), synthetic).to(ScalarType.Float64);
        double Distance(double lambda) => (Logits(new ProKeR(new() { BalanceClasses = false, Lambda = lambda }),
            synthetic) - zeroShot).abs().max().item<double>();
        Assert.InRange(Distance(1e-4), 0, 1e-3 * Distance(1));
    }

    /// <summary>Of the published code, for ImageNet.</summary>
    [Theory]
    [InlineData(1, 3, 0.05), InlineData(2, 2.6, 0.05), InlineData(4, 1.5, 0.05), InlineData(8, 1.66, 0.07), InlineData(16, 1.7, 0.1)]
    [InlineData(0.5, 3, 0.05), InlineData(40, 1.7, 0.1)]
    [InlineData(5.656854249492381, 1.58, 0.06)] // half-way between 4 and 8 on the logarithm's scale
    public void ProKeR_without_validation_takes_the_published_constants_by_shots(double shots, double beta, double lambda)
    {
        var (foundBeta, foundLambda) = ProKeR.Constants(shots);
        Assert.Equal(beta, foundBeta, 1e-9);
        Assert.Equal(lambda, foundLambda, 1e-9);
    }

    /// <summary>The constants are of CLIPs whose logit scale is 100.</summary>
    [Fact]
    public void ProKeR_at_one_shot_has_the_constants_in_units_of_the_logit_scale()
    {
        using var synthetic = SyntheticTask.Even(classes: 3, shots: 1);
        using var scope = NewDisposeScope();
        AssertClose(PublishedProKeR(synthetic, 3, 0.05 * 100 / SyntheticTask.LogitScale),
            Logits(new ProKeR(new() { BalanceClasses = false }), synthetic));
    }

    /// <summary>Cross entropies of refits without each image, one by one.</summary>
    [Theory, InlineData(1), InlineData(2), InlineData(3)]
    public void ProKeR_leaves_the_constant_where_left_out_images_call_for_it(int seed)
    {
        using var synthetic = SyntheticTask.Even(classes: 3, shots: 4, seed: seed);
        using var scope = NewDisposeScope();
        const double constant = 0.05 * 100 / SyntheticTask.LogitScale;
        var losses = new[] { 1, 2, 4, 8, 16 }.ToDictionary(multiple => constant * multiple, Losses);
        var gains = losses.ToDictionary(pair => pair.Key, pair => pair.Value.Zip(losses[constant], (a, b) => a - b).ToArray());
        var clear = gains.Where(pair => pair.Value.Average() + Deviation(pair.Value) / Math.Sqrt(12) < 0).ToArray();
        var expected = clear.Length == 0 ? constant : clear.MinBy(pair => pair.Value.Average()).Key;
        using var chosen = new ProKeR(new() { BalanceClasses = false }).Fit(synthetic.Task, null, TestContext.Current.CancellationToken);
        Assert.Equal(expected, chosen.State.Details.GetProperty("lambda").GetDouble(), 1e-9);
        Assert.Equal(1.5, chosen.State.Details.GetProperty("beta").GetDouble());

        double[] Losses(int multiple) => [.. Enumerable.Range(0, 12).Select(left =>
        {
            var rest = tensor(Enumerable.Range(0, 12).Where(row => row != left).Select(row => (long)row).ToArray());
            var task = synthetic.Make(synthetic.Support.index_select(1, rest), synthetic.Labels.index_select(0, rest));
            using var classifier = new ProKeR(new() { BalanceClasses = false, Beta = 1.5, Lambda = constant * multiple }).Fit(task);
            var image = synthetic.Support.mean([0])[left].unsqueeze(0);
            return (double)F.cross_entropy(classifier.Logits(image / image.norm()), synthetic.Labels[left].unsqueeze(0)).item<float>();
        })];

        static double Deviation(double[] values) =>
            Math.Sqrt(values.Sum(value => Math.Pow(value - values.Average(), 2)) / (values.Length - 1));
    }

    [Fact]
    public void Gda_takes_every_view_for_a_sample()
    {
        using var synthetic = new SyntheticTask([1, 1, 1], views: 3);
        using var scope = NewDisposeScope();
        var (f, t, _, y) = Doubles(synthetic);
        var x = synthetic.Support.to(ScalarType.Float64).flatten(0, 1); // [9, D]
        var means = stack(Enumerable.Range(0, 3).Select(c => x[y.repeat(3) == c].mean([0])));
        var within = x - means.index_select(0, y.repeat(3));
        var scatter = within.t().matmul(within); // (M − 1) Σ
        var regular = (scatter + eye(16, dtype: ScalarType.Float64) * scatter.trace() / (9 - 1)) / 16;
        var w = linalg.solve(regular, means.t()); // [D, C]
        var expected = f.matmul(t.t()) * SyntheticTask.LogitScale + (f.matmul(w) - (means.t() * w).sum(dim: 0) / 2) * 0.02;
        AssertClose(Centred(expected), Centred(Logits(new Gda(new() { BalanceClasses = false, Alpha = 0.02 }), synthetic)));
    }

    /// <summary>The published code gives zero-shot at one shot with one view.</summary>
    [Fact]
    public void Gda_at_one_shot_is_zero_shot_where_zero_shot_has_the_support_images_right()
    {
        using var synthetic = new SyntheticTask([1, 1, 1], views: 1);
        using var scope = NewDisposeScope();
        var task = synthetic.Make(synthetic.Classes.unsqueeze(0), arange(3)); // each image where its name is
        using var gda = new Gda(new() { BalanceClasses = false }).Fit(task, null, TestContext.Current.CancellationToken);
        using var zeroShot = new ZeroShot().Fit(task, null, TestContext.Current.CancellationToken);
        Assert.Equal(zeroShot.Logits(synthetic.Queries).data<float>(), gda.Logits(synthetic.Queries).data<float>());
        using var sharing = new Gda(new() { BalanceClasses = false, PriorShare = 0.25 }).Fit(task, null,
            TestContext.Current.CancellationToken);
        Assert.NotEqual(0, sharing.State.Details.GetProperty("alpha").GetDouble());
    }

    /// <summary>A of (k / λ + I) A = R, solved directly; the kernel by distances, as published.</summary>
    private static Tensor PublishedProKeR(SyntheticTask synthetic, double beta, double lambda)
    {
        var (f, t, x, y) = Doubles(synthetic);
        var (count, classes) = (x.shape[0], t.shape[0]);
        var residual = F.one_hot(y, classes) - x.matmul(t.t());
        var coefficients = linalg.solve(Kernel(x) / lambda + eye(count, dtype: ScalarType.Float64), residual);
        return (f.matmul(t.t()) + Kernel(f).matmul(coefficients)) * SyntheticTask.LogitScale;

        Tensor Kernel(Tensor images) => exp(cdist(images, x).square() * (-beta / 2)); // |x − y|² = 2 (1 − x · y)
    }

    private static (Tensor F, Tensor T, Tensor X, Tensor Y) Doubles(SyntheticTask synthetic)
    {
        var mean = synthetic.Support.to(ScalarType.Float64).mean([0]);
        return (synthetic.Queries.to(ScalarType.Float64), synthetic.Classes.to(ScalarType.Float64),
            mean / mean.norm(1, keepdim: true), synthetic.Labels);
    }

    private static Tensor Logits(FewShotMethod method, SyntheticTask synthetic)
    {
        using var classifier = method.Fit(synthetic.Task);
        return classifier.Logits(synthetic.Queries);
    }

    private static Tensor Centred(Tensor logits) => logits - logits.mean([1], keepdim: true);

    private static void AssertClose(Tensor expected, Tensor logits) =>
        Assert.InRange(((expected - logits).abs().max() / expected.abs().max()).item<double>(), 0, Tolerance);
}
