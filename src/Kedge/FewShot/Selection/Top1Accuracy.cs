using static TorchSharp.torch;

namespace Kedge.FewShot.Selection;

/// <summary>Top-1 accuracy: the share of images whose own class has the highest logit.</summary>
internal static class Top1Accuracy
{
    /// <summary>Counts the correct images.</summary>
    /// <param name="logits">[Q, C].</param>
    /// <param name="labels">[Q] int64.</param>
    /// <param name="weights">[Q] F32, what each image counts; null for 1.</param>
    internal static double CountCorrect(Tensor logits, Tensor labels, Tensor? weights = null)
    {
        using var scope = NewDisposeScope();
        var correct = logits.argmax(1).eq(labels);
        return weights is null ? correct.sum().item<long>() : (correct.to(ScalarType.Float32) * weights).sum().item<float>();
    }

    /// <summary>The accuracy, 0 to 1, rounded to single precision.</summary>
    /// <param name="logits">[Q, C], Q at least 1.</param>
    /// <param name="labels">[Q] int64.</param>
    /// <param name="weights">[Q] F32 of mean 1 for the weighted share, which is the balanced accuracy where classes
    /// count alike; null for all images alike.</param>
    internal static double Measure(Tensor logits, Tensor labels, Tensor? weights = null) =>
        (float)CountCorrect(logits, labels, weights) / labels.shape[0];
}
