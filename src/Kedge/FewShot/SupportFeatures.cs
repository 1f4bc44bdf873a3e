using Kedge.Features;
using static TorchSharp.torch;

namespace Kedge.FewShot;

/// <summary>The support images as a classifier keeps them, one feature an image: the mean over its views, made unit length again.</summary>
internal static class SupportFeatures
{
    private const string FeaturesName = "support.features", LabelsName = "support.labels";

    /// <summary>What the tensors are called in a state.</summary>
    internal static string[] Names { get; } = [FeaturesName, LabelsName];

    /// <summary>unit(mean over views): [V, N, D] → [N, D].</summary>
    internal static Tensor Mean(FewShotTask task) => task.SupportFeatures.mean([0]).Unit();

    /// <summary>Adds them to what a fit has learned, where there are any.</summary>
    internal static void AddTo(Dictionary<string, Tensor> tensors, FewShotTask task)
    {
        if (task.SupportCount > 0)
            (tensors[FeaturesName], tensors[LabelsName]) = (Mean(task), task.SupportLabels);
    }

    /// <summary>Takes them from a state, checked; <see langword="null"/> where there are none.</summary>
    internal static SupportSet? Take(ClassifierState state)
    {
        if (!state.Tensors.ContainsKey(FeaturesName))
            return null;
        var features = state.Take(FeaturesName, ScalarType.Float32, -1, state.FeatureWidth);
        return Of(state, features, state.TakeLabels(LabelsName, features.shape[0]));
    }

    /// <summary>The set of features and labels that a state holds under other names.</summary>
    internal static SupportSet Of(ClassifierState state, Tensor features, Tensor labels) =>
        state.SupportNames.Count == 0 || state.SupportNames.Count == features.shape[0]
            ? new SupportSet(features, labels, state.SupportNames)
            : throw state.Damaged($"{state.SupportNames.Count} names of {features.shape[0]} support images");
}
