using System.Text.Json;
using Kedge.FewShot;
using Kedge.FewShot.Selection;
using Kedge.Optimisation;
using Kedge.Runtime;
using static TorchSharp.torch;
using F = TorchSharp.torch.nn.functional;

namespace Kedge.Methods;

/// <summary>Options of <see cref="LinearProbe"/>.</summary>
public sealed record LinearProbeOptions : MethodOptions
{
    /// <summary>
    /// c, the inverse of the L2 regularisation strength, 1e-6 to 1e6: the published sweep. Default none: where the task
    /// brings a validation set, of 1e-6, 1e-5, … 1e4 the best on that; else of 0.1, 0.32, 1, … 10,000 that with the
    /// least cross entropy on left-out support images, and 10 where none can be left out.
    /// </summary>
    public double? Strength { get; init; }

    /// <summary>Steps of L-BFGS at most, 1 to 100,000. Default 1000: the paper's.</summary>
    public int Iterations { get; init; } = 1000;

    /// <inheritdoc/>
    protected internal override void Check()
    {
        Require(Strength ?? 1, 1e-6, 1e6, nameof(Strength));
        Require(Iterations, 1, 100_000);
    }
}

/// <summary>
/// CLIP's linear probe: A. Radford et al., "Learning Transferable Visual Models From Natural Language Supervision",
/// 2021, arXiv 2103.00020: logistic regression with an L2 penalty, by L-BFGS. Does not use the class names.
/// <code>
///     loss = ½ ‖W‖² + c Σ_n cross entropy(W f_n + b, y_n)       W [C, D], b [C], in double precision
///     logits = f Wᵀ + b                                         [B, C]
/// </code>
/// Differences from the paper: without a validation set c is chosen by cross-fitting on the support images of classes
/// with two or more, each evaluated by a fit on the other folds (one of four), with c ascending until the cross entropy
/// rises; with one it is swept by decades, where the paper bisects it then; features are unit and the mean over their
/// views. Inductive.
/// </summary>
/// <param name="options">c.</param>
public sealed class LinearProbe(LinearProbeOptions options) : FewShotMethod(CatalogName, options)
{
    internal const string CatalogName = "linear-probe";

    // of the gradient of the mean loss over the images, for each of 100 classes or more, as each has the less of the gradient
    private const double Tolerance = 1e-3;
    private const double FixedStrength = 10; // chosen here

    // the published sweep without its end, where fits of few images hardly differ
    private static readonly double[] ValidatedStrengths = ValidationSearch.Powers(-6, 4, 11);
    private static readonly double[] Strengths = [.. Enumerable.Range(-2, 11).Select(power => Math.Pow(10, power / 2.0))];

    /// <inheritdoc/>
    public override TaskParts Requires => TaskParts.Support;

    /// <inheritdoc/>
    protected override Fitted FitCore(FewShotTask task, FitRun run)
    {
        using var noGrad = no_grad();
        // the last column is multiplied by b: [N, D + 1]
        var images = cat([task.Support.MeanOverViews(), ones(task.Support.Count, 1, device: task.Device)], 1).to(ScalarType.Float64);
        if (options.Strength is null && task.Validation is { } set)
            return Choose(images, task, set, run);
        var rows = HeldOutShots.RowsOfMultiShotClasses(task);
        var search = options.Strength is null && rows.shape[0] > 0;
        var (strength, start, bias) = search ? Choose(images, task, rows, run) : (options.Strength ?? FixedStrength, null, null);
        var learned = Fit(task, images, task.Support.Labels, strength, start, run).to(ScalarType.Float32); // [C, D + 1]
        if (bias is not null)
            learned = cat([learned.narrow(1, 0, task.FeatureWidth), learned.narrow(1, task.FeatureWidth, 1).Add(bias.unsqueeze(1))], 1);
        return CreateFitted(task, learned, strength, search ? Fitted.SupportSet : Fitted.NothingSelected);
    }

    private static Fitted CreateFitted(FewShotTask task, Tensor learned, double strength, string selection) => new(
        LinearClassifier.Tensors(learned.narrow(1, 0, task.FeatureWidth).Div(task.Classes.LogitScale),
            learned.select(1, task.FeatureWidth)),
        selection, JsonSerializer.SerializeToElement(new { strength }));

    /// <inheritdoc/>
    protected override FewShotClassifier RestoreCore(ClassifierState state) => new LinearClassifier(state);

    /// <summary>
    /// Fits at every strength, each from what was learned at the one before, and takes the best on the validation set.
    /// </summary>
    private Fitted Choose(Tensor images, FewShotTask task, LabelledFeatures set, FitRun run)
    {
        var held = cat([set.Images.Image, ones(set.Count, 1, device: task.Device)], 1); // [H, D + 1]
        var learned = new List<Tensor>(); // [C, D + 1] each
        foreach (var strength in ValidatedStrengths)
        {
            learned.Add(Fit(task, images, task.Support.Labels, strength, learned.LastOrDefault(), run));
            run.Report(learned.Count, ValidatedStrengths.Length);
        }
        var best = ValidationSearch.Best(set, run, [.. Enumerable.Range(0, learned.Count)],
            at => held.matmul(learned[at].to(ScalarType.Float32).t()));
        return CreateFitted(task, learned[best].to(ScalarType.Float32), ValidatedStrengths[best], ValidationSearch.Selection(set));
    }

    /// <summary>
    /// The strength, what a fold has learned, to start from, and the bias of uneven classes. Each fold starts a
    /// strength from what it learned at the one before.
    /// </summary>
    private (double Strength, Tensor? Start, Tensor? Bias) Choose(Tensor images, FewShotTask task, Tensor rows, FitRun run)
    {
        var labels = task.Support.Labels.index_select(0, rows);
        var weights = ClassBalance.Weights(task, labels);
        var folds = ShotFolds.Split(task.Support.Labels, task.Classes.Count).ToArray();
        var learned = new Tensor?[folds.Length];
        var (best, minLoss, outOfFold) = (Strengths[0], double.PositiveInfinity, (Tensor?)null);
        foreach (var (index, strength) in Strengths.Index())
        {
            var logits = zeros(task.Support.Count, task.Classes.Count, dtype: ScalarType.Float64, device: task.Device);
            foreach (var (fold, (train, left)) in folds.Index())
            {
                learned[fold] =
                    Fit(task, images.index_select(0, train), task.Support.Labels.index_select(0, train), strength, learned[fold], run);
                logits.index_copy_(0, left, images.index_select(0, left).matmul(learned[fold]!.t()));
            }
            run.Report(index + 1, Strengths.Length);
            logits = logits.index_select(0, rows);
            var loss = ClassBalance.WeightedCrossEntropy(logits, labels, weights).item<double>();
            if (loss >= minLoss)
                break;
            (best, minLoss, outOfFold) = (strength, loss, logits);
        }
        return (best, learned[0], ClassBias.Fit(task, outOfFold!.to(ScalarType.Float32), labels));
    }

    /// <summary>W and, as its last column, b: [C, D + 1]. The loss is divided by c N, which moves no minimum.</summary>
    private Tensor Fit(FewShotTask task, Tensor images, Tensor labels, double strength, Tensor? start, FitRun run)
    {
        var (classes, prior) = (task.Classes.Count, ClassBalance.LogPrior(task)?.to(ScalarType.Float64)); // [C]
        var (count, width) = (images.shape[0], images.shape[1] - 1);
        var own = F.one_hot(labels, classes).to(ScalarType.Float64); // [N, C]
        return Lbfgs.Minimise(start ?? zeros(classes, width + 1, dtype: ScalarType.Float64, device: images.device),
            Objective, options.Iterations, Tolerance / Math.Max(100, classes));

        (double, Tensor) Objective(Tensor wb)
        {
            run.Cancellation.ThrowIfCancellationRequested();
            var logits = images.matmul(wb.t()); // [N, C]
            var logs = F.log_softmax(prior is null ? logits : logits.Add(prior), 1);
            var noPenalty = zeros(classes, 1, dtype: ScalarType.Float64, device: images.device);
            var penaltyGradient = cat([wb.narrow(1, 0, width), noPenalty], 1).Div(strength * count);
            return ((wb * penaltyGradient).sum().item<double>() / 2 - (own * logs).sum().item<double>() / count,
                (logs.exp() - own).t().matmul(images).Div(count).Add(penaltyGradient));
        }
    }
}
