using Kedge.Clip;
using Kedge.FewShot;
using static TorchSharp.torch;

namespace Kedge.Calibration;

/// <summary>
/// How much an image is like what was learned from: its largest cosine to the mean of a class's support images. It says the same beside any method, and speaks of images of other things more clearly than
/// probabilities do, which compare the classes with one another alone.
/// </summary>
internal static class SupportCentres
{
    /// <summary>Unit means of each class's images in their first view: [C, D], 0 where a class has none.</summary>
    /// <param name="task">The images.</param>
    /// <param name="update">The change of the towers by which the images to be held against them are encoded; <see langword="null"/> for none.</param>
    internal static Tensor Of(FewShotTask task, LowRankUpdates? update = null)
    {
        using var scope = NewDisposeScope();
        using var still = no_grad();
        var sums = zeros_like(task.ClassFeatures).index_add_(0, task.SupportLabels, task.FirstView(update), 1); // [C, D]
        return (sums / sums.norm(1, keepdim: true).clamp_min(float.Epsilon)).MoveToOuterDisposeScope();
    }

    /// <summary>The likeness of images, −1 to 1.</summary>
    /// <param name="centres">[C, D].</param>
    /// <param name="images">[B, D] unit, any device.</param>
    internal static double[] Likeness(Tensor centres, Tensor images)
    {
        using var scope = NewDisposeScope();
        return [.. matmul(images.detach().to(ScalarType.Float32).to(centres.device), centres.T).amax([1]).cpu().data<float>().Select(cosine => (double)cosine)];
    }
}
