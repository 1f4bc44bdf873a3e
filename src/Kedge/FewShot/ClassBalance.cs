using Kedge.Runtime;
using static TorchSharp.torch;
using F = TorchSharp.torch.nn.functional;

namespace Kedge.FewShot;

/// <summary>
/// Class-balanced learning, for classes with different numbers n_c of support images. A loss that is learned is
/// adjusted by the logarithm of the prior (A. Menon et al., "Long-tail learning via logit adjustment", ICLR 2021, arXiv
/// 2007.07314); what is solved in closed form or measured on held-out images is weighted, so that a
/// mean over images becomes the mean over the classes of each class's mean.
/// <code>
///     loss = cross entropy(logits_c + τ log(n_c / N), labels)     logits are used without the adjustment
///     w_n = N / (C n_c)  for image n of class c, so that the mean over the N images is 1
///     N_eff = (Σ w_n)² / Σ w_n² = C · harmonic mean of n_c        Kish's effective sample size
/// </code>
/// τ = 1.25, where theory has 1 for a model that does not overfit: on clothing's validation photos (kedge-base; five
/// classes with 40, five with 4) 1 to 1.25 gave methods their highest balanced accuracy, 1.25 more of the rare classes;
/// weighted cross entropy and effective numbers of images (Y. Cui et al., CVPR 2019, arXiv 1901.05555) gave less.
/// Where all classes have equally many support images, or
/// <see cref="MethodOptions.BalanceClasses"/> is off, there are no weights, and nothing is computed differently by a
/// bit.
/// </summary>
internal static class ClassBalance
{
    private const double Tau = 1.25;

    /// <summary>w of any images of the task, by their own labels; null where nothing is weighted.</summary>
    /// <param name="task">The task; whether anything is weighted depends on its support set alone.</param>
    /// <param name="labels">[Q] int64.</param>
    /// <returns>[Q] F32 of mean 1 in the current dispose scope.</returns>
    internal static Tensor? Weights(FewShotTask task, Tensor labels) =>
        task.ClassWeights is null ? null : Weights(labels, task.Classes.Count);

    /// <summary>w of the support images [N] F32; null where nothing is weighted.</summary>
    internal static Tensor? Weights(FewShotTask task) => Weights(task, task.Support.Labels);

    /// <summary>
    /// w N_eff / N of the support images [N] F32, of which the sum is N_eff, for squared errors beside a penalty: the
    /// harmonic mean of the classes' shots over the shots of the image's class; null where nothing is weighted.
    /// </summary>
    internal static Tensor? RidgeWeights(FewShotTask task) => Weights(task)?.Mul(task.EffectiveImages() / task.Support.Count);

    /// <summary>w of images by their labels, null where all classes have equally many.</summary>
    internal static Tensor? Weights(Tensor labels, int classes)
    {
        using var scope = NewDisposeScope();
        var counts = bincount(labels, minlength: classes);
        return ClassWeights([.. counts.cpu().data<long>().Select(count => (int)count)]) is { } weights
            ? tensor(weights, device: labels.device).index_select(0, labels).MoveToOuterDisposeScope() : null;
    }

    /// <summary>N / (C n_c) for each class, C those with images; null where these have equally many.</summary>
    internal static float[]? ClassWeights(IReadOnlyList<int> counts)
    {
        var present = counts.Where(count => count > 0).ToArray();
        return present.Distinct().Count() < 2 ? null
            : [.. counts.Select(count => count == 0 ? 0 : (float)(present.Sum() / ((double)present.Length * count)))];
    }

    /// <summary>The loss of a batch of support images: the mean cross entropy of adjusted logits.</summary>
    /// <param name="task">The task that is learned from.</param>
    /// <param name="logits">[B, C].</param>
    /// <param name="labels">[B] int64.</param>
    internal static Tensor CrossEntropy(this FewShotTask task, Tensor logits, Tensor labels) =>
        F.cross_entropy(LogPrior(task, logits.device) is { } prior ? logits.Add(prior) : logits, labels);

    /// <summary>τ log(n_c / N) [C] F32; null where nothing is adjusted. A class without images counts as one.</summary>
    internal static Tensor? LogPrior(FewShotTask task, Device? device = null)
    {
        if (task.ClassWeights is null)
            return null;
        var prior = task.CountShots().Select(shots => (float)(Tau * Math.Log(Math.Max(shots, 1) / (double)task.Support.Count)));
        return tensor(prior.ToArray(), device: device ?? task.Device);
    }

    /// <summary>x times the weights, broadcast; x itself where there are none.</summary>
    internal static Tensor Weighted(Tensor x, Tensor? weights) => weights is null ? x : x * weights;

    /// <summary>The mean of w_n times the cross entropy.</summary>
    /// <param name="logits">[Q, C].</param>
    /// <param name="labels">[Q] int64.</param>
    /// <param name="weights">w [Q], null for the plain mean.</param>
    internal static Tensor WeightedCrossEntropy(Tensor logits, Tensor labels, Tensor? weights) => weights is null
        ? F.cross_entropy(logits, labels)
        : (F.cross_entropy(logits, labels, reduction: nn.Reduction.None) * weights).mean();

    /// <summary>N_eff; N where nothing is weighted.</summary>
    internal static double EffectiveImages(this FewShotTask task) => task.ClassWeights is null ? task.Support.Count
        : Square(task.CountShots().Count(shots => shots > 0)) / task.CountShots().Where(shots => shots > 0).Sum(shots => 1.0 / shots);

    /// <summary>N_eff / C: the harmonic mean of the classes' shots.</summary>
    internal static double EffectiveShots(this FewShotTask task) => task.EffectiveImages() / task.Classes.Count;

    private static double Square(double x) => x * x;
}
