using static TorchSharp.torch;

namespace Kedge.FewShot.Selection;

/// <summary>Top-1 accuracy: the share of images whose own class has the highest logit.</summary>
internal static class Top1Accuracy
{
    /// <summary>Counts the correct images.</summary>
    /// <param name="logits">[Q, C].</param>
    /// <param name="labels">[Q] int64.</param>
    internal static long CountCorrect(Tensor logits, Tensor labels)
    {
        using var scope = NewDisposeScope();
        return logits.argmax(1).eq(labels).sum().item<long>();
    }

    /// <summary>The accuracy, 0 to 1, rounded to single precision.</summary>
    /// <param name="logits">[Q, C], Q at least 1.</param>
    /// <param name="labels">[Q] int64.</param>
    internal static double Measure(Tensor logits, Tensor labels) => CountCorrect(logits, labels) / (float)labels.shape[0];
}
