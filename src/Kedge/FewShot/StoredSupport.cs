using static TorchSharp.torch;

namespace Kedge.FewShot;

/// <summary>The support images as a fitted classifier stores them, one feature an image.</summary>
/// <param name="Features">[N, D] F32, unit but for keys that Tip-Adapter-F has learned; owned
/// by the classifier.</param>
/// <param name="Labels">[N] int64, each in 0 … C−1; owned by the classifier.</param>
/// <param name="Names">What the N images are called; empty where they had no names.</param>
public sealed record StoredSupport(Tensor Features, Tensor Labels, IReadOnlyList<string> Names)
{
    private const string FeaturesName = "support.features", LabelsName = "support.labels";

    /// <summary>What the tensors are called in a state.</summary>
    internal static string[] TensorNames { get; } = [FeaturesName, LabelsName];

    /// <summary>
    /// Adds the support set of a task, in the mean over its views, to what a fit has learned; nothing where the
    /// task has no support images.
    /// </summary>
    /// <param name="tensors">What <see cref="FewShotMethod.FitCore"/> returns; gets "support.features" and
    /// "support.labels".</param>
    /// <param name="task">The task of the fit.</param>
    public static void AddTo(IDictionary<string, Tensor> tensors, FewShotTask task)
    {
        if (task.Support.Count > 0)
            (tensors[FeaturesName], tensors[LabelsName]) = (task.Support.MeanOverViews(), task.Support.Labels);
    }

    /// <summary>Takes from a state what <see cref="AddTo"/> added, checked; for constructors of classifiers.</summary>
    /// <param name="state">The state; keeps owning the tensors.</param>
    /// <returns>The support images; <see langword="null"/> where the state has none.</returns>
    /// <exception cref="KedgeException">A tensor is missing, of another type or shape, or there are not
    /// as many names.</exception>
    public static StoredSupport? Take(ClassifierState state)
    {
        if (!state.Tensors.ContainsKey(FeaturesName))
            return null;
        var features = state.Take(FeaturesName, ScalarType.Float32, -1, state.FeatureWidth);
        return Read(state, features, state.TakeLabels(LabelsName, features.shape[0]));
    }

    /// <summary>The set of features and labels that a state holds under other names.</summary>
    internal static StoredSupport Read(ClassifierState state, Tensor features, Tensor labels) =>
        state.SupportNames.Count == 0 || state.SupportNames.Count == features.shape[0]
            ? new StoredSupport(features, labels, state.SupportNames)
            : throw state.Damaged($"{state.SupportNames.Count} names of {features.shape[0]} support images");
}
