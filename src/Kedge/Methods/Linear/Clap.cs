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
    /// r, the initial norm of all prototypes, 0.01 to 1000: the larger, the smaller the angle of a step. Default none:
    /// each class's own norm before its text feature is made unit (<see cref="TaskClasses.Norms"/>), as published; 10
    /// where it is unknown, about that of OpenAI's CLIP.
    /// </summary>
    [JsonPropertyOrder(LastOrder)]
    public double? Length { get; init; }

    /// <inheritdoc/>
    protected internal override void Check()
    {
        base.Check();
        Require(Momentum, 0, 0.999);
        Require(Length ?? 1, 0.01, 1000, nameof(Length));
    }
}

/// <summary>
/// CLAP: J. Silva-Rodríguez et al., "A Closer Look at the Few-Shot Adaptation of Large Vision-Language Models", CVPR
/// 2024, arXiv 2312.12730: a linear probe that starts from the class features, each class regularised towards its own
/// by the zero-shot probability of its shots.
/// <code>
///  λ_c = mean over the shots of c, and their views, of zero-shot's probability of c
///  loss = cross entropy(logits, labels)
///         + mean_c λ_c ‖w_c − r_c t_c‖²    w [C, D] from r_c t_c, r_c the norm of the text feature; SGD with momentum
///  logits = s · f unit(w)ᵀ                 [B, C]
/// </code>
/// λ stays as it is at the start, as published; nothing is searched and the last epoch is kept. Differences from the
/// published code: the direction t_c is that of the mean of unit text features over the templates, where there it is of
/// features as the tower gives them (the same with one template); the first epoch is learned as the others, where there
/// it has a rate of 1e-5, and the rate falls at every step, where there it falls by the epoch; each epoch takes the
/// next of the task's cached views, and its last batch may be small, where there a step takes 256 of the 20 random
/// crops of all images, as many steps an epoch as the images without crops fill batches. 0 epochs are zero-shot, bit
/// for bit. Inductive.
/// </summary>
/// <param name="options">How the prototypes are learned.</param>
public sealed class Clap(ClapOptions options) : FewShotMethod(CatalogName, options)
{
    internal const string CatalogName = "clap";

    /// <inheritdoc/>
    protected override Fitted FitCore(FewShotTask task, FitRun run) =>
        LinearClassifier.FromWeight(Learn(task, run, options, TextNorms.Of(task, options.Length, Name, run), Strengths(task)));

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
    /// What is learned is w_c / r_c, with gradients divided by r_c²: the same steps, and a start that has T's bits.
    /// </remarks>
    /// <param name="task">The task.</param>
    /// <param name="run">Told of each step.</param>
    /// <param name="options">How they are learned.</param>
    /// <param name="norms">r [C].</param>
    /// <param name="strengths">λ [C]; <see langword="null"/> for no constraint.</param>
    internal static Tensor Learn(FewShotTask task, FitRun run, ClapOptions options, Tensor norms, Tensor? strengths)
    {
        var (start, squares) = (task.Classes.Features, norms.Square()); // T [C, D], r² [C]
        var slower = squares.reciprocal().unsqueeze(1); // [C, 1]
        var learned = new Parameter(start.clone()); // w / r [C, D]
        using var optimizer = new Sgd([learned], options.LearningRate, options.Momentum);
        new FeatureTraining(options.Epochs, options.LearningRate, options.BatchSize, options.Seed)
            .Run(task, run, optimizer, (images, labels) =>
            {
                var prototypes = learned.detach().Add((learned - learned.detach()) * slower); // equal, with gradients / r²
                var loss = task.CrossEntropy(ZeroShot.Logits(images.Image, prototypes.WithNormOf(start), task.Classes.LogitScale), labels);
                return strengths is null ? loss : loss.Add((strengths * squares * (prototypes - start).Square().sum(dim: 1)).mean());
            });
        return learned.WithNormOf(start);
    }
}
