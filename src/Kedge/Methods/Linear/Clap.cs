using System.Text.Json.Serialization;
using Kedge.Features;
using Kedge.FewShot;
using Kedge.FewShot.Selection;
using Kedge.Optimisation;
using Kedge.Runtime;
using static TorchSharp.torch;
using F = TorchSharp.torch.nn.functional;
using Parameter = TorchSharp.Modules.Parameter;

namespace Kedge.Methods;

/// <summary>
/// Options of <see cref="Clap"/> and <see cref="ZsLp"/>; how they learn is by default as in the published code: 300
/// epochs (0 are zero-shot) of batches of 256, learning rate 0.1.
/// </summary>
public sealed record ClapOptions() : EpochOptions(epochs: 300, learningRate: 0.1, batchSize: 256, maxLearningRate: 10)
{
    /// <summary>The momentum of stochastic gradient descent, 0 to 0.999. Default 0.9.</summary>
    [JsonPropertyOrder(OptimizerOrder)]
    public double Momentum { get; init; } = 0.9;

    /// <summary>
    /// r, the initial norm of the prototypes, 0.01 to 1000: the larger, the smaller the angle of a step. The published
    /// code starts from text features before normalisation; a task brings unit ones. Default 1: the best of 1, 3 and 10
    /// on validation photos (Caltech101, kedge-mini).
    /// </summary>
    [JsonPropertyOrder(LastOrder)]
    public double Length { get; init; } = 1;

    /// <inheritdoc/>
    protected internal override void Check()
    {
        base.Check();
        Require(Momentum, 0, 0.999);
        Require(Length, 0.01, 1000);
    }
}

/// <summary>
/// CLAP: J. Silva-Rodríguez et al., "A Closer Look at the Few-Shot Adaptation of Large Vision-Language Models", CVPR
/// 2024, arXiv 2312.12730: a linear probe that starts from the class features, each class regularised towards its own
/// by the zero-shot probability of its shots.
/// <code>
///  λ_c = mean over the shots of c, and their views, of zero-shot's probability of c
///  loss = cross entropy(logits, labels) + mean_c λ_c ‖w_c − r t_c‖²  w [C, D] from r T, SGD with momentum, cosine to 0
///  logits = s · f unit(w)ᵀ                                           [B, C]
/// </code>
/// Differences from the published code: r is an option, where there it is the norm of each class's own text features;
/// the first epoch is learned as the others, where there it has a rate of 1e-5; each epoch takes the next of the task's
/// cached views, where there 20 random crops of each image make one epoch. 0 epochs are zero-shot, bit for bit.
/// Inductive.
/// </summary>
/// <param name="options">How the prototypes are learned.</param>
public sealed class Clap(ClapOptions options) : FewShotMethod(CatalogName, options)
{
    internal const string CatalogName = "clap";

    /// <inheritdoc/>
    protected override Fitted FitCore(FewShotTask task, FitRun run) =>
        LinearClassifier.FromWeight(Learn(task, run, options, Strengths(task)));

    /// <inheritdoc/>
    protected override FewShotClassifier RestoreCore(ClassifierState state) => new LinearClassifier(state);

    /// <summary>λ [C].</summary>
    internal static Tensor Strengths(FewShotTask task)
    {
        var right = F.softmax(ZeroShot.Logits(task.Support.Features, task.Classes.Features, task.Classes.LogitScale), -1) // [V, N, C]
            .gather(2, task.Support.Labels.expand(task.Support.Views, -1).unsqueeze(2)).squeeze(2).mean([0]); // [N]
        var shots = tensor(task.CountShots().ToArray(), dtype: ScalarType.Float32, device: task.Device);
        return zeros_like(shots).IndexAdd_(0, task.Support.Labels, right) / shots;
    }

    /// <summary>Learns prototypes and gives them as unit features [C, D].</summary>
    /// <remarks>
    /// What is learned is w / r, with a rate of 1 / r² of w's: the same steps, and a start that has T's bits.
    /// </remarks>
    /// <param name="task">The task.</param>
    /// <param name="run">Told of each step.</param>
    /// <param name="options">How they are learned.</param>
    /// <param name="strengths">λ [C]; <see langword="null"/> for no constraint.</param>
    internal static Tensor Learn(FewShotTask task, FitRun run, ClapOptions options, Tensor? strengths)
    {
        var prototypes = new Parameter(task.Classes.Features.clone()); // w / r [C, D]
        var (square, rate) = (options.Length * options.Length, options.LearningRate / (options.Length * options.Length));
        using var optimizer = new Sgd([prototypes], rate, options.Momentum);
        new FeatureTraining(options.Epochs, rate, options.BatchSize, options.Seed).Run(task, run, optimizer, (images, labels) =>
        {
            var loss = F.cross_entropy(ZeroShot.Logits(images.Image, prototypes.WithNormOf(task.Classes.Features), task.Classes.LogitScale),
                labels);
            return strengths is null
                ? loss
                : loss.Add((strengths * (prototypes - task.Classes.Features).Square().sum(dim: 1)).mean().Mul(square));
        });
        return prototypes.WithNormOf(task.Classes.Features);
    }
}
