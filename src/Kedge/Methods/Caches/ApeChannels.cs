using Kedge.Runtime;
using static TorchSharp.torch;

namespace Kedge.Methods;

/// <summary>
/// The discriminative channels of the features (APE, arXiv 2304.01195): of small similarity between classes and large
/// variance of the class features.
/// <code>
///  similarity_d = mean of x_d y_d over pairs of samples of different classes
///                 (class features, and keys where there are any)
///  variance_d = variance over the classes of t_d
///  kept = the channels of the largest −w · similarity_d + (1 − w) · variance_d
/// </code>
/// </summary>
internal static class ApeChannels
{
    /// <summary>Selects channels: [Q] int64, ascending.</summary>
    /// <param name="classFeatures">T [C, D].</param>
    /// <param name="keys">F [N, D]; <see langword="null"/> to select by the class features alone.</param>
    /// <param name="labels">[N] int64; <see langword="null"/> with the keys.</param>
    /// <param name="part">Q / D.</param>
    /// <param name="similarityWeight">w.</param>
    internal static Tensor Select(Tensor classFeatures, Tensor? keys, Tensor? labels, double part, double similarityWeight)
    {
        var (classes, width) = (classFeatures.shape[0], classFeatures.shape[1]);
        var sums = classFeatures.clone(); // of each class's samples: [C, D]
        var counts = ones(classes, device: classFeatures.device);
        if (keys is not null && labels is not null)
        {
            sums.IndexAdd_(0, labels, keys);
            counts.IndexAdd_(0, labels, ones(labels.shape[0], device: labels.device));
        }
        var pairs = counts.sum().Square() - counts.Square().sum();
        var similarity = (sums.sum(dim: 0).Square() - sums.Square().sum(dim: 0)) / pairs; // all pairs without those of one class: [D]
        var variance = (classFeatures - classFeatures.mean([0])).Square().sum(dim: 0).Div(classes - 1); // [D]
        var kept = Math.Max(1, (long)Math.Round(part * width));
        return (variance.Mul(1 - similarityWeight) - similarity.Mul(similarityWeight)).topk((int)kept).indexes.sort().Values;
    }
}
