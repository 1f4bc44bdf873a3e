using Kedge.Clip.Adaptation;
using Kedge.FewShot;
using Kedge.Runtime;
using static TorchSharp.torch;

namespace Kedge.Calibration;

/// <summary>
/// Class prototypes, the unit means of the classes' support features, and the similarity of images to the nearest one:
/// a score for out-of-distribution images that is the same beside any method, and separates them better than
/// probabilities, which compare the classes with one another alone.
/// </summary>
internal static class ClassPrototypes
{
    /// <summary>Unit means of each class's images in their first view: [C, D], 0 where a class has none.</summary>
    /// <param name="task">The images.</param>
    /// <param name="update">
    /// The change of the towers by which the images to be compared are encoded; <see langword="null"/> for none.
    /// </param>
    internal static Tensor Compute(FewShotTask task, WeightUpdates? update = null)
    {
        using var scope = NewDisposeScope();
        using var noGrad = no_grad();
        var sums = zeros_like(task.Classes.Features).IndexAdd_(0, task.Support.Labels, task.FirstView(update)); // [C, D]
        return (sums / sums.norm(1, keepdim: true).ClampMin(float.Epsilon)).MoveToOuterDisposeScope();
    }

    /// <summary>The cosine of each image to the nearest prototype: B values, −1 to 1.</summary>
    /// <param name="prototypes">[C, D].</param>
    /// <param name="images">[B, D] unit, any device.</param>
    internal static double[] Similarity(Tensor prototypes, Tensor images)
    {
        using var scope = NewDisposeScope();
        var cosines = matmul(images.detach().to(ScalarType.Float32).to(prototypes.device), prototypes.T); // [B, C]
        return [.. cosines.amax([1]).cpu().data<float>().Select(cosine => (double)cosine)];
    }
}
