using System.Text.Json.Serialization;
using Kedge.Features;
using Kedge.FewShot;
using Kedge.FewShot.Selection;
using Kedge.Optimisation;
using Kedge.Runtime;
using static TorchSharp.torch;
using Parameter = TorchSharp.Modules.Parameter;

namespace Kedge.Methods;

/// <summary>
/// Options of <see cref="TaskRes"/>; how it learns is by default as in the published code: batches of 256 and a
/// learning rate of 0.002, where the paper takes 0.0002 for ImageNet.
/// </summary>
public sealed record TaskResOptions() : LearningOptions(learningRate: 0.002, batchSize: 256)
{
    /// <summary>
    /// a, what the residuals are multiplied by, 0 to 1000; 0 is zero-shot. Default 0.5; the published code takes 1 for
    /// Flowers102.
    /// </summary>
    public double Alpha { get; init; } = 0.5;

    /// <summary>
    /// r, the norm of all text features that the residuals are added to, 0.01 to 1000. Default none: each class's own,
    /// as <see cref="ClapOptions.Length"/>.
    /// </summary>
    public double? Length { get; init; }

    /// <summary>
    /// Adam's weight decay, 0 to 1. Default 0.0005: that of the training framework that the published code stands on.
    /// </summary>
    [JsonPropertyOrder(DecayOrder)]
    public double WeightDecay { get; init; } = 5e-4;

    /// <summary>
    /// Passes over the support set, 0 to 100,000; 0 is zero-shot. Default none: 100 up to 4 shots a class (their
    /// mean), 200 above, as published.
    /// </summary>
    [JsonPropertyOrder(LengthOrder)]
    public int? Epochs { get; init; }

    /// <inheritdoc/>
    protected internal override void Check()
    {
        base.Check();
        Require(Alpha, 0, 1000);
        Require(Length ?? 1, 0.01, 1000, nameof(Length));
        Require(WeightDecay, 0, 1);
        Require(Epochs ?? 0, 0, 100_000, nameof(Epochs));
    }
}

/// <summary>
/// TaskRes: T. Yu et al., "Task Residual for Tuning Vision-Language Models", CVPR 2023, arXiv 2211.10277.
/// <code>
///     loss = cross entropy(logits, labels)       x [C, D] from 0, Adam, cosine to 0
///     logits = s · f unit(r_c t_c + a x_c)ᵀ      [B, C]    r_c the norm of the class's text feature
/// </code>
/// The last epoch is kept. Differences from the published code: as <see cref="Clap"/>'s in the direction t_c, the first
/// epoch and the rate; each epoch takes the next of the task's cached views, where there it draws new random crops; its
/// enhanced base, text features tuned beforehand on other data, is not there. a = 0 and 0 epochs are zero-shot, bit for
/// bit. Inductive.
/// </summary>
/// <param name="options">a and how the residuals are learned.</param>
public sealed class TaskRes(TaskResOptions options) : FewShotMethod(CatalogName, options)
{
    internal const string CatalogName = "taskres";

    private const int FewShots = 4, EpochsOfFewShots = 100, EpochsOfMore = 200;

    /// <inheritdoc/>
    protected override Fitted FitCore(FewShotTask task, FitRun run)
    {
        var residuals = new Parameter(zeros_like(task.Classes.Features)); // x [C, D]
        var scales = TextNorms.Of(task, options.Length, Name, run).reciprocal().Mul(options.Alpha).unsqueeze(1); // a / r [C, 1]
        var epochs = options.Epochs ?? (task.Support.Count <= FewShots * task.Classes.Count ? EpochsOfFewShots : EpochsOfMore);
        using var optimizer = new Adam([residuals], options.LearningRate, weightDecay: options.WeightDecay);
        new FeatureTraining(epochs, options.LearningRate, options.BatchSize, options.Seed).Run(task, run, optimizer, (images, labels) =>
            task.CrossEntropy(ZeroShot.Logits(images.Image, Tuned(), task.Classes.LogitScale), labels));
        return LinearClassifier.FromWeight(Tuned());

        Tensor Tuned() => task.Classes.Features.Add(residuals * scales).WithNormOf(task.Classes.Features); // unit(r T + a x)
    }

    /// <inheritdoc/>
    protected override FewShotClassifier RestoreCore(ClassifierState state) => new LinearClassifier(state);
}
