using Kedge.FewShot;
using Kedge.FewShot.Selection;
using Kedge.Features;
using Kedge.Runtime;
using static TorchSharp.torch;
using F = TorchSharp.torch.nn.functional;

namespace Kedge.Methods;

/// <summary>
/// The closed-form members of RTOS+ with their held-out logits: ridge regression on the features (leave-one-out) and a
/// Gaussian discriminant (four-fold cross-validation).
/// <code>
///     z = unit(x W⁺) − mean over the support images        W⁺ the pseudo-inverse of the image tower's projection
/// </code>
/// The projection into the joint space is made for names and may cost what tells images apart; x W⁺ takes it back. z is
/// x − mean where the task brings no projection, or where ridge has a smaller squared error on left-out support images
/// then, by more than the difference's standard error.
/// </summary>
internal sealed class SupportMembers
{
    private const double RidgeStrength = 1; // measured on validation images: docs/rtos.md

    private SupportMembers(FewShotTask task, Tensor? unprojection)
    {
        Unprojection = unprojection;
        var images = Features(task.Support.MeanOverViews(), unprojection);
        _weights = ClassBalance.RidgeWeights(task); // [N]
        Mean = MeanOf(images);
        _centred = images - Mean; // [N, E]
        var classes = F.one_hot(task.Support.Labels, task.Classes.Count).to(ScalarType.Float32); // [N, C]
        Targets = classes - MeanOf(classes);
        Ridge = Ridge.OnFeatures(_centred, Targets, RidgeStrength, _weights);
    }

    private readonly Tensor _centred;
    private readonly Tensor? _weights;

    /// <summary>W⁺ [D, E]; null where z is of x itself.</summary>
    internal Tensor? Unprojection { get; }

    /// <summary>[E]: the mean of the support images.</summary>
    internal Tensor Mean { get; }

    internal Ridge Ridge { get; }

    internal GaussianDiscriminant Discriminant { get; private set; } = null!;

    /// <summary>Ridge and discriminant: [N, C] each, each image's by fits without it.</summary>
    internal IReadOnlyList<Tensor> HeldOutLogits { get; private set; } = [];

    private Tensor Targets { get; }

    /// <summary>Fits all members.</summary>
    /// <param name="task">The task, its rows in canonical order.</param>
    internal static SupportMembers Fit(FewShotTask task)
    {
        var members = new SupportMembers(task, null);
        if (task.Encoder?.Projection is { } projection)
        {
            var unprojected = new SupportMembers(task, projection.Inverse());
            members = members.IsClearlyBetterThan(unprojected, HeldOutShots.RowsOfMultiShotClasses(task)) ? members : unprojected;
        }
        members.AddDiscriminant(task);
        return members;
    }

    /// <summary>unit(x W⁺), or x: [B, D] → [B, E].</summary>
    internal static Tensor Features(Tensor images, Tensor? unprojection) =>
        unprojection is null ? images : images.matmul(unprojection).Unit();

    private bool IsClearlyBetterThan(SupportMembers other, Tensor rows)
    {
        if (rows.shape[0] < 2)
            return false;
        var gain = (other.Errors() - Errors()).index_select(0, rows);
        return gain.mean().item<float>() > gain.std().item<float>() / Math.Sqrt(rows.shape[0]);
    }

    /// <summary>The squared error of each image left out: [N].</summary>
    private Tensor Errors() => ClassBalance.Weighted((Ridge.LeaveOneOut - Targets).Square().sum(1), _weights);

    private void AddDiscriminant(FewShotTask task)
    {
        var (view, labels, classes, balanced) = (_centred.unsqueeze(0), task.Support.Labels, task.Classes.Count, _weights is not null);
        Discriminant = GaussianDiscriminant.Fit(view, labels, classes, balanced);
        HeldOutLogits = [Ridge.LeaveOneOut, GaussianDiscriminant.OutOfFoldLogits(view, _centred, labels, classes, balanced)];
    }

    private Tensor MeanOf(Tensor rows) => _weights is null ? rows.mean([0]) : _weights.matmul(rows) / _weights.sum();
}
