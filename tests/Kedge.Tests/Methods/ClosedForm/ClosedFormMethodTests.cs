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
        using var synthetic = new SyntheticTask([3, 1, 4]);
        using var scope = NewDisposeScope();
        var (f, t, x, y) = Doubles(synthetic);
        var means = stack(Enumerable.Range(0, 3).Select(c => x[y == c].mean([0])));
        var within = x - means.index_select(0, y);
        var covariance = within.t().matmul(within) / (8 - 1);
        var regular = (covariance * (8 - 1) + eye(16, dtype: ScalarType.Float64) * covariance.trace()) / 16;
        var w = linalg.solve(regular, means.t()); // [D, C]
        var expected = f.matmul(t.t()) * SyntheticTask.LogitScale + (f.matmul(w) - (means.t() * w).sum(dim: 0) / 2 - Math.Log(3)) * alpha;
        AssertClose(Centred(expected), Centred(Logits(new Gda(new() { Alpha = alpha }), synthetic)));
    }

    [Fact]
    public void Gda_with_alpha_zero_equals_zero_shot_bit_for_bit()
    {
        using var synthetic = new SyntheticTask([3, 1, 4]);
        using var scope = NewDisposeScope();
        Assert.Equal(Logits(new ZeroShot(), synthetic).data<float>(), Logits(new Gda(new() { Alpha = 0 }), synthetic).data<float>());
    }

    [Theory, InlineData(1), InlineData(4)]
    public void Gda_keeps_the_weight_it_has_chosen(int shots)
    {
        using var synthetic = SyntheticTask.Even(classes: 4, shots: shots);
        using var classifier = new Gda(new()).Fit(synthetic.Task, null, TestContext.Current.CancellationToken);
        var alpha = classifier.State.Details.GetProperty("alpha").GetDouble();
        Assert.InRange(alpha, 1e-4, 100); // the published grid's ends
        using var scope = NewDisposeScope();
        AssertClose(Logits(new Gda(new() { Alpha = alpha }), synthetic).to(ScalarType.Float64), classifier.Logits(synthetic.Queries));
    }

    [Theory, InlineData(5.5, 1), InlineData(1, 0.2)]
    public void ProKeR_solves_its_equation_as_published(double beta, double lambda)
    {
        using var synthetic = new SyntheticTask([3, 1, 4]);
        using var scope = NewDisposeScope();
        var (f, t, x, y) = Doubles(synthetic);
        var coefficients = linalg.solve(Kernel(x) / lambda + eye(8, dtype: ScalarType.Float64), F.one_hot(y, 3) - x.matmul(t.t()));
        var expected = (f.matmul(t.t()) + Kernel(f).matmul(coefficients) / lambda) * SyntheticTask.LogitScale;
        AssertClose(expected, Logits(new ProKeR(new() { Beta = beta, Lambda = lambda }), synthetic));

        Tensor Kernel(Tensor images) => exp(cdist(images, x).square() * (-beta / 2)); // |x − y|² = 2 (1 − x · y)
    }

    [Fact]
    public void ProKeR_held_hard_to_zero_shot_is_zero_shot()
    {
        using var synthetic = new SyntheticTask([3, 1, 4]);
        using var scope = NewDisposeScope();
        AssertClose(Logits(new ZeroShot(), synthetic).to(ScalarType.Float64), Logits(new ProKeR(new() { Lambda = 1e6 }), synthetic));
    }

    [Fact]
    public void ProKeR_chooses_the_strength_that_left_out_images_speak_for()
    {
        using var synthetic = SyntheticTask.Even(classes: 3, shots: 4);
        using var scope = NewDisposeScope();
        var errors = new[] { 0.1, 0.3, 1, 3, 10 }.ToDictionary(lambda => lambda, lambda => Enumerable.Range(0, 12).Sum(left =>
        {
            var rest = tensor(Enumerable.Range(0, 12).Where(row => row != left).Select(row => (long)row).ToArray());
            var task = synthetic.Make(synthetic.Support.index_select(1, rest), synthetic.Labels.index_select(0, rest));
            using var classifier = new ProKeR(new() { Lambda = lambda }).Fit(task);
            var image = synthetic.Support.mean([0])[left].unsqueeze(0);
            var logits = classifier.Logits(image / image.norm()).squeeze(0) / SyntheticTask.LogitScale;
            return (logits - F.one_hot(synthetic.Labels[left], 3)).square().sum().item<float>();
        }));
        using var chosen = new ProKeR(new()).Fit(synthetic.Task, null, TestContext.Current.CancellationToken);
        Assert.Equal(errors.MinBy(pair => pair.Value).Key, chosen.State.Details.GetProperty("lambda").GetDouble());
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
