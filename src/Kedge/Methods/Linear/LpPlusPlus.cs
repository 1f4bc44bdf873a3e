using Kedge.FewShot;
using Kedge.FewShot.Selection;
using Kedge.Runtime;
using TorchSharp.Modules;
using static TorchSharp.torch;
using F = TorchSharp.torch.nn.functional;

namespace Kedge.Methods;

/// <summary>Options of <see cref="LpPlusPlus"/>.</summary>
public sealed record LpPlusPlusOptions : MethodOptions
{
    /// <summary>
    /// Passes over the support set, each one step of w and one of a, 0 to 100,000; of these the best is kept where the
    /// task brings a validation set. Default 300: the published code's.
    /// </summary>
    public int Epochs { get; init; } = 300;

    /// <inheritdoc/>
    protected internal override void Check() => Require(Epochs, 0, 100_000);
}

/// <summary>
/// LP++: Y. Huang et al., "LP++: A Surprisingly Strong Linear Probe for Few-Shot CLIP", CVPR 2024, arXiv 2404.02285: a
/// linear probe plus zero-shot logits with a learned weight a class, by block coordinate descent with step sizes
/// derived from the data.
/// <code>
///     logits = f wᵀ + (f Tᵀ) ∘ a                        [B, C]   w [C, D] from the class means, a [C] from s
///     loss = cross entropy(logits, labels)              over all N images at once
///     w := w − η_w ∂loss/∂w,  η_w = 4 N / λ_max(FᵀF)
///     a := a − η_a ∂loss/∂a,  η_a = N / (4 max_c Σ_i (f_i · t_c)²)       the gradient at the new w
/// </code>
/// Differences from the published code, none of which cost accuracy where measured (Oxford Pets and Caltech101): the
/// last epoch is kept where the task brings no validation set, on which the best is kept as there (there of as many
/// images a class as there are shots, the last of equals); a starts at CLIP's logit scale s, where it starts from 250
/// times the mean similarity of images and their names, about 76 to 80; w starts at class means and has no bias, where
/// it starts at class sums and has one; w takes plain steps, where its have momentum 0.9; a steps each epoch, where
/// there each tenth, with the gradient summed over all epochs so far; images are the mean over their views, where there
/// they are one augmented view. Inductive.
/// </summary>
/// <param name="options">How long to learn.</param>
public sealed class LpPlusPlus(LpPlusPlusOptions options) : FewShotMethod(CatalogName, options)
{
    internal const string CatalogName = "lp++";

    /// <inheritdoc/>
    protected override Fitted FitCore(FewShotTask task, FitRun run)
    {
        var (f, count) = (task.Support.MeanOverViews(), (double)task.Support.Count); // [N, D]
        var similarities = f.matmul(task.Classes.Features.t()); // [N, C]
        var rateOfW = 4 * count / linalg.eigvalsh(f.t().matmul(f)).max().item<float>();
        var rateOfA = count / (4 * similarities.Square().sum(dim: 0).max().item<float>());
        var w = new Parameter(Means(task, f)); // [C, D]
        var a = new Parameter(TensorFactory.Full([task.Classes.Count], task.Classes.LogitScale, device: task.Device)); // [C]
        var tracker = task.Validation is null ? null : new ValidationTracker(task.Validation);
        Tensor? best = null; // [C, D]
        for (var epoch = 0; epoch < options.Epochs; epoch++)
        {
            using var scope = NewDisposeScope();
            var loss = Loss();
            Step(loss, w, rateOfW);
            Step(Loss(), a, rateOfA);
            run.Report(epoch + 1, options.Epochs, loss.item<float>());
            if (tracker is null || !tracker.IsBetter(task.Validation!.Images.Image.matmul(Weight().t()).Mul(task.Classes.LogitScale)))
                continue;
            best?.Dispose();
            best = Weight().DetachFromDisposeScope();
        }
        using (best)
            return LinearClassifier.FromWeight(best?.clone() ?? Weight()) with
            {
                Selection = tracker is null || best is null ? Fitted.NothingSelected : ValidationSearch.Selection(task.Validation!),
            };

        Tensor Weight() => w.Add(a.unsqueeze(1) * task.Classes.Features).Div(task.Classes.LogitScale).detach();

        Tensor Loss() => task.CrossEntropy(f.matmul(w.t()).Add(similarities * a), task.Support.Labels);
    }

    /// <inheritdoc/>
    protected override FewShotClassifier RestoreCore(ClassifierState state) => new LinearClassifier(state);

    private static void Step(Tensor loss, Parameter block, double rate)
    {
        var gradient = autograd.grad([loss], [block])[0];
        using var noGrad = no_grad();
        block.sub_(gradient.Mul(rate));
    }

    /// <summary>The mean of each class's images, not made unit: [C, D].</summary>
    private static Tensor Means(FewShotTask task, Tensor f)
    {
        var membership = F.one_hot(task.Support.Labels, task.Classes.Count).to(ScalarType.Float32); // [N, C]
        return membership.t().matmul(f) / membership.sum(dim: 0).unsqueeze(1);
    }
}
