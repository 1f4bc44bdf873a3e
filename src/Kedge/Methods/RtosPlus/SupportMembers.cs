using Kedge.FewShot;
using static TorchSharp.torch;
using F = TorchSharp.torch.nn.functional;

namespace Kedge.Methods;

/// <summary>
/// The closed-form members of RTOS+ with their held-out logits: a Gaussian discriminant (four-fold cross-validation),
/// ridge regression on the features, kernel ridge, and ridge on the images' attention over the anchors (all
/// leave-one-out). Features are centred.
/// </summary>
internal sealed class SupportMembers
{
    /// <summary>β of the kernel: Tip-Adapter's.</summary>
    internal const double Beta = 5.5;

    private const double FeatureStrength = 0.3, KernelStrength = 0.5, AnchorStrength = 0.3; // measured on validation images: docs/rtos.md

    private SupportMembers(FewShotTask task, Tensor attention)
    {
        Features = task.Support.MeanOverViews();
        Mean = Features.mean([0]);
        AttentionMean = attention.mean([0]);
        var centred = Features - Mean; // [N, D]
        var classes = F.one_hot(task.Support.Labels, task.Classes.Count).to(ScalarType.Float32); // [N, C]
        var targets = classes - classes.mean([0]);
        Discriminant = GaussianDiscriminant.Fit(centred, task.Support.Labels, task.Classes.Count);
        OnFeatures = Ridge.OnFeatures(centred, targets, FeatureStrength);
        OnKernel = task.Support.Count > Ridge.MaxKernelImages ? null : Ridge.OnKernel(Kernel(Features, Features), targets, KernelStrength);
        var onAnchors = Ridge.OnFeatures(attention - AttentionMean, targets, AnchorStrength);
        AnchorCoefficients = (attention - AttentionMean).t().matmul(onAnchors.Coefficients); // [K, C]
        HeldOutLogits = [GaussianDiscriminant.OutOfFoldLogits(centred, task.Support.Labels, task.Classes.Count),
            OnFeatures.LeaveOneOut, OnKernel?.LeaveOneOut ?? zeros_like(targets), onAnchors.LeaveOneOut];
    }

    /// <summary>F [N, D]: the support images, views averaged.</summary>
    internal Tensor Features { get; }

    /// <summary>[D]: the mean of the support images.</summary>
    internal Tensor Mean { get; }

    /// <summary>[K]: the mean of their attention.</summary>
    internal Tensor AttentionMean { get; }

    internal GaussianDiscriminant Discriminant { get; }

    internal Ridge OnFeatures { get; }

    /// <summary>Null where there are too many images for it.</summary>
    internal Ridge? OnKernel { get; }

    /// <summary>[K, C]: regression coefficients from attention to classes.</summary>
    internal Tensor AnchorCoefficients { get; }

    /// <summary>Discriminant, ridge, kernel, anchors: [N, C] each, each image's by fits without it.</summary>
    internal IReadOnlyList<Tensor> HeldOutLogits { get; }

    /// <summary>Fits all members.</summary>
    /// <param name="task">The task, its rows in canonical order.</param>
    /// <param name="attention">P [N, K] of the support images on the anchors at their start.</param>
    internal static SupportMembers Fit(FewShotTask task, Tensor attention) => new(task, attention);

    /// <summary>exp(−β (1 − x · y)): [B, D], [N, D] → [B, N].</summary>
    internal static Tensor Kernel(Tensor images, Tensor support) => TipAdapter.Affinity(images, support, Beta);
}
