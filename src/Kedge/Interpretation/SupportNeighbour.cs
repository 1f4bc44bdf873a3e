using Kedge.Features;
using Kedge.FewShot;
using static TorchSharp.torch;

namespace Kedge.Interpretation;

/// <summary>A support image as a neighbour of an explained image in feature space.</summary>
/// <param name="Index">Its index among the N support images.</param>
/// <param name="Name">Its name when the classifier was fitted; <see langword="null"/> where it had none.</param>
/// <param name="ClassName">Its label.</param>
/// <param name="Cosine">Cosine similarity to the explained image, −1 to 1.</param>
public sealed record SupportNeighbour(int Index, string? Name, string ClassName, double Cosine)
{
    /// <summary>For each image all support images, the nearest first; none where the classifier keeps none.</summary>
    /// <param name="classifier">The classifier with the support images.</param>
    /// <param name="features">[B, D] on the classifier's device.</param>
    internal static IReadOnlyList<IReadOnlyList<SupportNeighbour>> Find(FewShotClassifier classifier, Tensor features)
    {
        if (classifier.Support is not { } support)
            return [.. Enumerable.Repeat(Array.Empty<SupportNeighbour>(), (int)features.shape[0])];
        using var scope = NewDisposeScope();
        var classes = support.Labels.cpu().data<long>().Select(label => classifier.ClassNames[(int)label]).ToArray();
        return [.. CosineSearch.Nearest(features, support.Features, classes.Length).Select(near => near
            .Select(found => new SupportNeighbour(found.Row, support.Names.ElementAtOrDefault(found.Row), classes[found.Row], found.Cosine))
            .ToArray())];
    }
}
