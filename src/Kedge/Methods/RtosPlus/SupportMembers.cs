using Kedge.FewShot;
using static TorchSharp.torch;
using F = TorchSharp.torch.nn.functional;

namespace Kedge.Methods;

/// <summary>
/// The closed-form members of RTOS+ with their held-out logits: ridge regression on the features (leave-one-out) and a
/// Gaussian discriminant (four-fold cross-validation). Features are centred.
/// </summary>
internal sealed class SupportMembers
{
    private const double RidgeStrength = 1; // measured on validation images: docs/rtos.md

    private SupportMembers(FewShotTask task)
    {
        var images = task.Support.MeanOverViews();
        var weights = ClassBalance.RidgeWeights(task); // [N]
        Mean = MeanOf(images);
        var centred = images - Mean; // [N, D]
        var classes = F.one_hot(task.Support.Labels, task.Classes.Count).to(ScalarType.Float32); // [N, C]
        var targets = classes - MeanOf(classes);
        Ridge = Ridge.OnFeatures(centred, targets, RidgeStrength, weights);
        var view = centred.unsqueeze(0); // [1, N, D]
        Discriminant = GaussianDiscriminant.Fit(view, task.Support.Labels, task.Classes.Count, weights is not null);
        HeldOutLogits = [Ridge.LeaveOneOut, GaussianDiscriminant.OutOfFoldLogits(
            view, centred, task.Support.Labels, task.Classes.Count, weights is not null)];

        Tensor MeanOf(Tensor rows) => weights is null ? rows.mean([0]) : weights.matmul(rows) / weights.sum();
    }

    /// <summary>[D]: the mean of the support images.</summary>
    internal Tensor Mean { get; }

    internal Ridge Ridge { get; }

    internal GaussianDiscriminant Discriminant { get; }

    /// <summary>Ridge and discriminant: [N, C] each, each image's by fits without it.</summary>
    internal IReadOnlyList<Tensor> HeldOutLogits { get; }

    /// <summary>Fits all members.</summary>
    /// <param name="task">The task, its rows in canonical order.</param>
    internal static SupportMembers Fit(FewShotTask task) => new(task);
}
