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
    /// β, the sharpness of the kernel, 0 to 1000. Default none: of 1, 2, 3.5, 5.5, 8 and 11 on a validation set where
    /// the task brings one, else 5.5, Tip-Adapter's.
    /// </summary>
    public double? Beta { get; init; }

    /// <summary>
    /// λ, the ridge penalty, which pulls towards zero-shot, 1e-4 to 1e6. Default none: of 0.1, 0.3, 1, 3 and 10 the
    /// best on a validation set where the task brings one, as published; else that with the least squared error on
    /// left-out support images.
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
///     (k(F, F) + λ I) A = Y − F Tᵀ                      [N, C]   in double precision
///     logits = s · (f Tᵀ + k(f, F) A)                   [B, C]
/// </code>
/// Differences from the published code: without a validation set λ is chosen by closed-form leave-one-out on the
/// support images of classes with two or more, and β is fixed, where both are searched on one; the sum is multiplied by
/// CLIP's logit scale s, so that logits of all methods are of one kind. The equation is that of (k / λ + I) A' = Y − F
/// Tᵀ with A = A' / λ. With one shot a class λ is 1; it is so too beyond 5,000 support images, where it would be
/// searched for long. The kernel and its factor are 16 N² bytes: 2 GB at 11,180 support images, above which the need is
/// announced before the fit. Inductive.
/// </summary>
/// <param name="options">β and λ.</param>
public sealed class ProKeR(ProKeROptions options) : FewShotMethod(CatalogName, options)
{
    internal const string CatalogName = "proker";

    private const double FixedLambda = 1; // the middle of the range
    // around Tip-Adapter's
    private static readonly double[] Lambdas = [0.1, 0.3, 1, 3, 10], Betas = [1, 2, 3.5, TipAdapter.PublishedBeta, 8, 11];

    // kernel and factor; kernel, and in half its precision kernel, the same with λ, factor and inverse
    private const int BytesAPair = 16, BytesAPairOfSearch = 24;

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
        var rows = HeldOutShots.RowsOfMultiShotClasses(task);
        var few = task.Support.Count <= Ridge.MaxKernelImages;
        if (task.Validation is { } set && few && (options.Lambda is null || options.Beta is null))
        {
            var chosen = Choose(task, set, images, residual, run);
            return CreateFitted(chosen.Beta, chosen.Lambda, Kernel(images, images, chosen.Beta), ValidationSearch.Selection(set));
        }
        var beta = options.Beta ?? TipAdapter.PublishedBeta;
        var kernel = Kernel(images, images, beta); // [N, N]
        var search = options.Lambda is null && rows.shape[0] > 0 && few;
        var lambda =
            search ? Choose(kernel.to(ScalarType.Float32), residual.to(ScalarType.Float32), rows, run) : options.Lambda ?? FixedLambda;
        return CreateFitted(beta, lambda, kernel, search ? Fitted.SupportSet : Fitted.NothingSelected);

        Fitted CreateFitted(double beta, double lambda, Tensor kernel, string selection)
        {
            var tensors = new Dictionary<string, Tensor>
            {
                ["class.features"] = task.Classes.Features,
                ["coefficients"] = Ridge.CoefficientsInPlace(kernel, residual, lambda).to(ScalarType.Float32),
            };
            StoredSupport.AddTo(tensors, task);
            return new Fitted(tensors, selection, JsonSerializer.SerializeToElement(new { lambda, beta }));
        }
    }

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
            var coefficients = Ridge.CoefficientsInPlace(Kernel(images, images, at.Beta), residual, at.Lambda); // [N, C]
            var correction =
                FitMemory.InBlocks(held, images.shape[0], some => Kernel(some, images, at.Beta).matmul(coefficients)); // [H, C]
            return zeroShot.Add(correction.to(ScalarType.Float32).Mul(task.Classes.LogitScale));
        });
    }

    /// <summary>λ by leave-one-out; takes ownership of the kernel [N, N] in single precision.</summary>
    private static double Choose(Tensor kernel, Tensor residual, Tensor rows, FitRun run)
    {
        using (kernel)
            return Lambdas.MinBy(Error);

        double Error(double strength)
        {
            using var scope = NewDisposeScope();
            run.Cancellation.ThrowIfCancellationRequested();
            return (residual - Ridge.OnKernel(kernel, residual, strength).LeaveOneOut).index_select(0, rows).Square().sum().item<float>();
        }
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
