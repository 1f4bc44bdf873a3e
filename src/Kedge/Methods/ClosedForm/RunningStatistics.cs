using Kedge.FewShot;
using Kedge.Runtime;
using static TorchSharp.torch;

namespace Kedge.Methods;

/// <summary>
/// Sums over images that class means and covariances are made of. Sums of further classes are added to those before, so
/// that what is made of them does not depend on how classes are parted into tasks, but for rounding, and no image is
/// kept. An image is the mean over its views, made unit.
/// </summary>
/// <param name="Moment">Σ x xᵀ [D, D] F32.</param>
/// <param name="Sums">Σ x of each class [C, D] F32.</param>
/// <param name="Counts">Images of each class [C] int64.</param>
internal sealed record RunningStatistics(Tensor Moment, Tensor Sums, Tensor Counts)
{
    private const string MomentName = "moment", SumsName = "sums", CountsName = "counts";

    /// <summary>N, images in all.</summary>
    internal long Count => Counts.sum().item<long>();

    /// <summary>μ [C, D].</summary>
    internal Tensor Means => Sums / Counts.unsqueeze(1);

    /// <summary>The mean of all images [D].</summary>
    internal Tensor Mean => Sums.sum(dim: 0).Div(Count);

    /// <summary>Σ (x − mean)(x − mean)ᵀ [D, D].</summary>
    internal Tensor TotalScatter => Moment - Mean.outer(Mean).Mul(Count);

    /// <summary>Σ (x − μ of its class)(…)ᵀ [D, D].</summary>
    internal Tensor WithinScatter => Moment - Means.t().matmul(Sums);

    /// <summary>The sums of a task.</summary>
    internal static RunningStatistics Of(FewShotTask task)
    {
        var images = task.Support.MeanOverViews(); // [N, D]
        var sums = zeros(task.Classes.Count, task.FeatureWidth, device: task.Device).IndexAdd(0, task.Support.Labels, images);
        return new(images.t().matmul(images), sums, bincount(task.Support.Labels, minlength: task.Classes.Count));
    }

    /// <summary>The sums of a task after those of a state, whose classes come first.</summary>
    internal static RunningStatistics After(ClassifierState learned, FewShotTask task)
    {
        var (before, own) = (Take(learned), Of(task));
        return new(before.Moment.Add(own.Moment), cat([before.Sums, own.Sums]), cat([before.Counts, own.Counts]));
    }

    /// <summary>The sums of a state; stay owned by it.</summary>
    internal static RunningStatistics Take(ClassifierState state) => new(
        state.Take(MomentName, ScalarType.Float32, state.FeatureWidth, state.FeatureWidth),
        state.Take(SumsName, ScalarType.Float32, state.ClassCount, state.FeatureWidth),
        state.Take(CountsName, ScalarType.Int64, state.ClassCount));

    /// <summary>What a fit returns: a linear classifier, and the sums to go on from.</summary>
    /// <param name="weight">[C, D], not scaled.</param>
    /// <param name="bias">[C], scaled.</param>
    internal Fitted Fitted(Tensor weight, Tensor bias)
    {
        var tensors = LinearClassifier.Tensors(weight, bias);
        (tensors[MomentName], tensors[SumsName], tensors[CountsName]) = (Moment, Sums, Counts);
        return new(tensors);
    }
}

/// <summary>A linear classifier with the sums that it was solved from.</summary>
internal sealed class RunningClassifier : LinearClassifier
{
    internal RunningClassifier(ClassifierState state) : base(state) => RunningStatistics.Take(state);
}
