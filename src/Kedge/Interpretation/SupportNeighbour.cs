using Kedge.Features;
using Kedge.FewShot;
using static TorchSharp.torch;

namespace Kedge.Interpretation;

/// <summary>A support image beside an image that is explained.</summary>
/// <param name="Index">Its place among the N support images.</param>
/// <param name="Name">What it was called when the classifier was fitted; <see langword="null"/> where it had no name.</param>
/// <param name="ClassName">The class that it is an example of.</param>
/// <param name="Cosine">How near: −1 to 1.</param>
public sealed record SupportNeighbour(int Index, string? Name, string ClassName, double Cosine)
{
    /// <summary>All support images beside each image, the nearest first; none where the classifier keeps none.</summary>
    /// <param name="classifier">Whose support images.</param>
    /// <param name="features">[B, D] on the classifier's device.</param>
    internal static IReadOnlyList<IReadOnlyList<SupportNeighbour>> Of(FewShotClassifier classifier, Tensor features)
    {
        if (classifier.Support is not { } support)
            return [.. Enumerable.Repeat(Array.Empty<SupportNeighbour>(), (int)features.shape[0])];
        using var scope = NewDisposeScope();
        var classes = support.Labels.cpu().data<long>().Select(label => classifier.ClassNames[(int)label]).ToArray();
        return [.. CosineSearch.Nearest(features, support.Features, classes.Length).Select(near => near
            .Select(found => new SupportNeighbour(found.Row, support.Names.ElementAtOrDefault(found.Row), classes[found.Row], found.Cosine)).ToArray())];
    }
}
