using System.Text.Json;
using Kedge.Features;
using Kedge.FewShot;
using Kedge.FewShot.Selection;
using Kedge.Runtime;
using static TorchSharp.torch;
using F = TorchSharp.torch.nn.functional;

namespace Kedge.Methods;

/// <summary>Options of <see cref="ProKeR"/>.</summary>
public sealed record ProKeROptions : MethodOptions
{
    /// <summary>
    /// β, the sharpness of the kernel, 0 to 1000. Default none: of 0.5 to 10 the best on a validation set where the
    /// task brings one, as published; else by shots, from 3 at 1 to 1.7 at 16: the published constants for ImageNet.
    /// </summary>
    public double? Beta { get; init; }

    /// <summary>
    /// λ, ridge penalty and weight of the correction at once, 1e-4 to 1e6: towards 0 the logits become zero-shot's.
    /// Default none: of 0.001 to 10 the best on a validation set where the task brings one, as published; else by
    /// shots, from 0.05 at 1 to 0.1 at 16, times 100 ÷ logit scale: the published constants for ImageNet, or up to 16
    /// times that where left-out support images call for it.
    /// </summary>
    public double? Lambda { get; init; }

    /// <inheritdoc/>
    protected internal override void Check()
    {
        Require(Beta ?? 0, 0, 1000, nameof(Beta));
        Require(Lambda ?? 1, 1e-4, 1e6, nameof(Lambda));
    }
}

/// <summary>
/// ProKeR: Y. Bendou et al., "ProKeR: A Kernel Perspective on Few-Shot Adaptation of Large Vision-Language Models",
/// CVPR 2025, arXiv 2501.11175: kernel ridge regression of zero-shot's residual.
/// <code>
///     k(x, y) = exp(−β (1 − x · y)),  F the support images (views averaged), Y their classes one-hot
///     A = λ (k(F, F) + λ I)⁻¹ (Y − F Tᵀ)                [N, C]   in double precision
///     logits = s · (f Tᵀ + k(f, F) A)                   [B, C]
/// </code>
/// λ is the ridge penalty and the weight of the correction at once, as published: its equation (k / λ + I) A = Y − F Tᵀ
/// is the same. Without a validation set β and λ are those of the published code's own mode without one, by the mean
/// shots of a class, interpolated between them along their logarithm. They are of CLIPs with s = 100: λ is multiplied
/// by 100 / s, which keeps the correction as large in logits. Ours beside that: with two or more shots, λ is also tried
/// at 2, 4, 8 and 16 times the constant, and the one with the least leave-one-out cross entropy (in closed form) is
/// taken if it is below the constant's by more than its standard error. Further differences from the published code:
/// the views of an image are averaged, where there each is a sample of its own; β and λ have one grid on a validation
/// set, where there the ends differ by data set; the sum is multiplied by s, so that logits of all methods are of one
/// kind. Nothing is searched beyond 5,000 support images. The kernel and its factor are 16 N² bytes: 2 GB at 11,180
/// support images, above which the need is announced before the fit. Inductive.
/// </summary>
/// <param name="options">β and λ.</param>
public sealed class ProKeR(ProKeROptions options) : FewShotMethod(CatalogName, options)
{
    internal const string CatalogName = "proker";

    // kernel and factor; kernel, and in half its precision kernel, the same with λ, factor and inverse
    private const int BytesAPair = 16, BytesAPairOfSearch = 24;

    private const double PublishedScale = 100; // of the CLIPs that the constants are of

    private static readonly double[] Lambdas = ValidationSearch.Powers(-3, 1, 9), Betas = [0.5, 1, 1.5, 2, 3, 4, 5.5, 7.5, 10];
    private static readonly double[] Multiples = [2, 4, 8, 16]; // of the constant λ

    /// <summary>The published constants for ImageNet without a validation set, by log₂ of the shots.</summary>
    private static readonly (double Beta, double Lambda)[] ByShots = [(3, 0.05), (2.6, 0.05), (1.5, 0.05), (1.66, 0.07), (1.7, 0.1)];

    /// <inheritdoc/>
    protected internal override long BytesToFit(FewShotTask task) =>
        (long)task.Support.Count * task.Support.Count * (task.Support.Count <= Ridge.MaxKernelImages ? BytesAPairOfSearch : BytesAPair);

    /// <inheritdoc/>
    protected override Fitted FitCore(FewShotTask task, FitRun run)
    {
        using var noGrad = no_grad();
        var images = task.Support.MeanOverViews().to(ScalarType.Float64); // [N, D]
        var residual =
            F.one_hot(task.Support.Labels, task.Classes.Count) - images.matmul(task.Classes.Features.to(ScalarType.Float64).t()); // [N, C]
        var (beta, lambda, selection) = Choose(task, images, residual, run);
        var tensors = new Dictionary<string, Tensor>
        {
            ["class.features"] = task.Classes.Features,
            ["coefficients"] = Coefficients(task, Kernel(images, images, beta), residual, lambda).to(ScalarType.Float32),
        };
        StoredSupport.AddTo(tensors, task);
        return new Fitted(tensors, selection, JsonSerializer.SerializeToElement(new { lambda, beta }))
        {
            ClassBias = task.Support.Count > Ridge.MaxKernelImages ? null
                : ClassBias.Fit(task, () => LeaveOneOut(task, Kernel(images, images, beta).to(ScalarType.Float32), residual, lambda)),
        };
    }

    private (double Beta, double Lambda, string Selection) Choose(FewShotTask task, Tensor images, Tensor residual, FitRun run)
    {
        var few = task.Support.Count <= Ridge.MaxKernelImages;
        if (few && task.Validation is { } set && options is not { Beta: { }, Lambda: { } })
        {
            var best = Choose(task, set, images, residual, run);
            return (best.Beta, best.Lambda, ValidationSearch.Selection(set));
        }
        var constants = Constants(task.EffectiveShots());
        var beta = options.Beta ?? constants.Beta;
        var lambda = options.Lambda ?? constants.Lambda * PublishedScale / task.Classes.LogitScale;
        var rows = HeldOutShots.RowsOfMultiShotClasses(task);
        return !few || options.Lambda is not null || rows.shape[0] == 0
            ? (beta, lambda, Fitted.NothingSelected)
            : (beta, ChooseLambda(task, Kernel(images, images, beta), residual, rows, lambda, run), Fitted.SupportSet);
    }

    /// <summary>The constant λ, or a multiple that leave-one-out prefers by more than a standard error.</summary>
    private static double ChooseLambda(FewShotTask task, Tensor kernel, Tensor residual, Tensor rows, double constant, FitRun run)
    {
        using var scope = NewDisposeScope();
        var single = kernel.to(ScalarType.Float32);
        var labels = task.Support.Labels.index_select(0, rows);
        var first = Losses(constant);
        var (best, least) = (constant, 0.0);
        foreach (var multiple in Multiples)
        {
            run.Cancellation.ThrowIfCancellationRequested();
            using var point = NewDisposeScope();
            var gain = Losses(constant * multiple) - first;
            var (mean, error) = (gain.mean().item<float>(), gain.std().item<float>() / Math.Sqrt(gain.shape[0]));
            if (mean + error < 0 && mean < least)
                (best, least) = (constant * multiple, mean);
        }
        return best;

        Tensor Losses(double lambda)
        {
            var logits = LeaveOneOut(task, single, residual, lambda).index_select(0, rows);
            var losses = F.cross_entropy(logits, labels, reduction: nn.Reduction.None);
            return ClassBalance.Weighted(losses, ClassBalance.Weights(task, labels));
        }
    }

    /// <summary>The logits of each support image by a fit on all others: [N, C].</summary>
    private static Tensor LeaveOneOut(FewShotTask task, Tensor kernel, Tensor residual, double lambda)
    {
        var targets = residual.to(ScalarType.Float32);
        var zeroShot = F.one_hot(task.Support.Labels, task.Classes.Count) - targets; // F Tᵀ [N, C]
        var ridge = Ridge.OnKernel(kernel, targets, lambda, ClassBalance.RidgeWeights(task));
        return zeroShot.Add(ridge.LeaveOneOut.Mul(lambda)).Mul(task.Classes.LogitScale);
    }

    /// <summary>β and λ without a validation set, for a logit scale of 100.</summary>
    /// <param name="shots">The mean support images of a class.</param>
    internal static (double Beta, double Lambda) Constants(double shots)
    {
        var place = Math.Clamp(Math.Log2(shots), 0, ByShots.Length - 1);
        var (below, above) = (ByShots[(int)place], ByShots[(int)Math.Ceiling(place)]);
        return (double.Lerp(below.Beta, above.Beta, place % 1), double.Lerp(below.Lambda, above.Lambda, place % 1));
    }

    /// <summary>A = λ (k + λ I)⁻¹ R; frees the kernel.</summary>
    private static Tensor Coefficients(FewShotTask task, Tensor kernel, Tensor residual, double lambda) =>
        Ridge.CoefficientsInPlace(kernel, residual, lambda, ClassBalance.RidgeWeights(task)).Mul(lambda);

    /// <inheritdoc/>
    protected override FewShotClassifier RestoreCore(ClassifierState state) => new ProKeRClassifier(state, options.Beta);

    /// <summary>exp(−β (1 − x · y)): [B, D], [N, D] → [B, N], with no other tensor of that size beside it.</summary>
    private static Tensor Kernel(Tensor x, Tensor y, double beta) => x.matmul(y.t()).Sub_(1).Mul_(beta).exp_();

    private (double Beta, double Lambda) Choose(FewShotTask task, LabelledFeatures set, Tensor images, Tensor residual, FitRun run)
    {
        var zeroShot = ZeroShot.Logits(set.Images.Image, task.Classes.Features, task.Classes.LogitScale); // [H, C]
        var held = set.Images.Image.to(ScalarType.Float64);
        (double Beta, double Lambda)[] grid = [.. from beta in ValidationSearch.Values(options.Beta, Betas)
            from lambda in ValidationSearch.Values(options.Lambda, Lambdas) select (beta, lambda)];
        return ValidationSearch.Best(set, run, grid, at =>
        {
            var coefficients = Coefficients(task, Kernel(images, images, at.Beta), residual, at.Lambda); // [N, C]
            var correction =
                FitMemory.InBlocks(held, images.shape[0], some => Kernel(some, images, at.Beta).matmul(coefficients)); // [H, C]
            return zeroShot.Add(correction.to(ScalarType.Float32).Mul(task.Classes.LogitScale));
        });
    }
}

/// <summary>Zero-shot, and for each support image a coefficient of each class.</summary>
internal sealed class ProKeRClassifier : FewShotClassifier
{
    private readonly double _beta;
    private readonly Tensor _classFeatures, _coefficients;

    internal ProKeRClassifier(ClassifierState state, double? beta) : base(state)
    {
        _beta = state.ReadNumber("beta", beta ?? TipAdapter.PublishedBeta);
        _classFeatures = state.Take("class.features", ScalarType.Float32, state.ClassCount, state.FeatureWidth);
        Support = StoredSupport.Take(state) ?? throw state.Damaged("no support features");
        _coefficients = state.Take("coefficients", ScalarType.Float32, Support.Features.shape[0], state.ClassCount);
    }

    public override StoredSupport Support { get; }

    public override bool HasParts => true;

    protected override Tensor LogitsCore(ImageFeatures images) =>
        ZeroShot.Logits(images.Image, _classFeatures, State.LogitScale)
            .Add(Affinity(images.Image).matmul(_coefficients).Mul(State.LogitScale));

    protected override Explanation ExplainCore(ImageFeatures images) => new(
        ZeroShot.Logits(images.Image, _classFeatures, State.LogitScale),
        support: (Affinity(images.Image).unsqueeze(1) * _coefficients.t()).Mul(State.LogitScale)); // [B, C, N]

    private Tensor Affinity(Tensor imageFeatures) => TipAdapter.Affinity(imageFeatures, Support.Features, _beta);
}
