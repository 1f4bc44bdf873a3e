using Kedge.Runtime;
using static TorchSharp.torch;
using F = TorchSharp.torch.nn.functional;

namespace Kedge.FewShot.Selection;

/// <summary>
/// Weights of several methods' logits (D. Wolpert, "Stacked generalization", 1992), from images that
/// none of them was fitted on:
/// <code>
///     w = argmin over w ≥ 0 of  cross entropy(Σ_m w_m L_m, labels) + κ / 2Q · ‖w − w⁰‖²
/// </code>
/// L_m [Q, C] logits, Q images. Convex; solved by Newton's method on the weights that are not held at 0. What is fitted
/// are a few numbers, so that few images suffice.
/// </summary>
public static class Stacking
{
    private const int MaxSteps = 60, MaxHalvings = 12, BlockRows = 1024;
    private const double MinGain = 1e-7; // of the objective in F32: below is rounding
    private const double Damping = 1e-6; // keeps the Hessian of two equal methods invertible

    /// <summary>Finds the weights. Runs without gradients.</summary>
    /// <param name="logits">M times [Q, C] F32, M and Q at least 1.</param>
    /// <param name="labels">[Q] int64.</param>
    /// <param name="prior">w⁰, the start of the search too; none below 0.</param>
    /// <param name="priorImages">κ, in images, 0 or above: how many images' worth of weight the prior has.</param>
    /// <param name="imageWeights">v [Q] F32 of mean 1: how much each image counts, such as
    /// <see cref="HeldOutShots.Weights"/>; null for all alike.</param>
    /// <returns>M weights, none below 0.</returns>
    public static double[] Weights(IReadOnlyList<Tensor> logits, Tensor labels, IReadOnlyList<double> prior, double priorImages = 0,
        Tensor? imageWeights = null)
    {
        using var scope = NewDisposeScope();
        using var noGrad = no_grad();
        var (weights, strength) = (prior.ToArray(), priorImages / EffectiveImages(labels, imageWeights));
        var current = Evaluate(logits, labels, imageWeights, weights, prior, strength);
        for (var step = 0; step < MaxSteps; step++)
        {
            var free = Enumerable.Range(0, weights.Length).Where(m => weights[m] > 0 || current.Gradient[m] < 0).ToArray();
            if (free.Length == 0 || Descend(Newton(current.Gradient, current.Hessian, free, weights.Length)) is not { } better)
                break;
            (weights, current) = better;
        }
        return weights;

        (double[], Objective)? Descend(double[] direction)
        {
            for (var halvings = 0; halvings < MaxHalvings; halvings++)
            {
                var tried = weights.Zip(direction, (w, d) => Math.Max(0, w - d * Math.Pow(0.5, halvings))).ToArray();
                var candidate = Evaluate(logits, labels, imageWeights, tried, prior, strength);
                if (candidate.Loss < current.Loss - MinGain)
                    return (tried, candidate);
            }
            return null;
        }
    }

    /// <summary>
    /// The weight of one method's logits of the least cross entropy (the inverse temperature of temperature scaling); 0
    /// where the logits hold no information on the labels.
    /// </summary>
    /// <param name="logits">[Q, C] F32, Q at least 1.</param>
    /// <param name="labels">[Q] int64.</param>
    /// <param name="imageWeights">[Q] F32 of mean 1: how much each image counts; null for all alike.</param>
    public static double Weight(Tensor logits, Tensor labels, Tensor? imageWeights = null) =>
        Weights([logits], labels, [1], imageWeights: imageWeights)[0];

    /// <summary>Σ_m w_m L_m.</summary>
    /// <param name="logits">M times [Q, C] F32, M at least 1.</param>
    /// <param name="weights">w, M numbers.</param>
    /// <returns>[Q, C] in the current dispose scope.</returns>
    public static Tensor Sum(IReadOnlyList<Tensor> logits, IReadOnlyList<double> weights) =>
        logits.Zip(weights, (l, w) => l.Mul(w)).Aggregate((sum, l) => sum.Add(l));

    /// <summary>
    /// The standard deviation of an image's logits over the classes that are not its own, over all images; never 0.
    /// Division by it standardises logits of any unit, also where the fit has seen the images' own classes.
    /// </summary>
    internal static double Deviation(Tensor logits, Tensor labels)
    {
        using var scope = NewDisposeScope();
        var others = F.one_hot(labels, logits.shape[1]).to(ScalarType.Float32).SubFrom(1); // [N, C]
        var mean = (logits * others).sum(1, keepdim: true) / others.sum(1, keepdim: true);
        return Math.Max(1e-6, Math.Sqrt((((logits - mean) * others).Square().sum() / others.sum()).item<float>()));
    }

    private static Objective Evaluate(
        IReadOnlyList<Tensor> logits, Tensor labels, Tensor? imageWeights, double[] weights, IReadOnlyList<double> prior, double strength)
    {
        var (count, images) = (weights.Length, (int)labels.shape[0]);
        var (loss, gradient, hessian) = (new double[1], new double[count], new double[count * count]);
        for (var first = 0; first < images; first += BlockRows)
        {
            using var scope = NewDisposeScope();
            var rows = Math.Min(BlockRows, images - first);
            var l = stack(logits.Select(member => member.narrow(0, first, rows))); // [M, q, C]
            var log = F.log_softmax(Sum([.. l.unbind()], weights), 1); // [q, C]
            var p = log.exp();
            var mean = (l * p).sum(2, keepdim: true); // [M, q, 1]
            var own = labels.narrow(0, first, rows).view(1, rows, 1); // [1, q, 1]
            var spread = l - mean;
            var counts = imageWeights?.narrow(0, first, rows).view(1, rows, 1); // [1, q, 1]
            Add(loss, -ClassBalance.Weighted(log.unsqueeze(0).gather(2, own), counts).sum());
            Add(gradient, ClassBalance.Weighted(mean - l.gather(2, own.expand(count, rows, 1)), counts).sum([1, 2]));
            Add(hessian, einsum("mqc,qc,kqc->mk", ClassBalance.Weighted(spread, counts), p, spread));
        }
        for (var m = 0; m < count; m++)
        {
            gradient[m] += strength * (weights[m] - prior[m]);
            hessian[m * count + m] += strength + Damping;
        }
        return new(loss[0] + strength / 2 * weights.Zip(prior, (w, p) => (w - p) * (w - p)).Sum(), gradient, hessian);

        void Add(double[] sums, Tensor part)
        {
            var values = part.cpu().data<float>();
            for (var i = 0; i < sums.Length; i++)
                sums[i] += values[i] / (double)images;
        }
    }

    /// <summary>Kish's effective sample size, (Σ v)² / Σ v²; Q where all images count alike.</summary>
    private static double EffectiveImages(Tensor labels, Tensor? imageWeights) => imageWeights is null
        ? labels.shape[0] : labels.shape[0] / (double)imageWeights.Square().mean().item<float>();

    private static double[] Newton(double[] gradient, double[] hessian, int[] free, int count)
    {
        using var scope = NewDisposeScope();
        var h = tensor(free.SelectMany(row => free.Select(column => hessian[row * count + column])).ToArray())
            .reshape(free.Length, free.Length);
        var step = linalg.solve(h, tensor(free.Select(m => gradient[m]).ToArray()).unsqueeze(1)).data<double>();
        var direction = new double[count];
        for (var i = 0; i < free.Length; i++)
            direction[free[i]] = step[i];
        return direction;
    }

    /// <summary>The objective at some weights, with its first two derivatives.</summary>
    private sealed record Objective(double Loss, double[] Gradient, double[] Hessian);
}
