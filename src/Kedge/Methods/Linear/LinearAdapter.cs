using Kedge.Features;
using Kedge.FewShot;
using Kedge.FewShot.Selection;
using Kedge.Optimisation;
using Kedge.Runtime;
using static TorchSharp.torch;
using Parameter = TorchSharp.Modules.Parameter;

namespace Kedge.Methods;

/// <summary>
/// Options of <see cref="LinearAdapter"/> and <see cref="ProLip"/>; how they learn is by default
/// as in the published code.
/// </summary>
public sealed record LinearAdapterOptions : MethodOptions
{
    /// <summary>
    /// λ, the weight of the penalty on the distance from the start, 0 to 1e6. Default none: 1 ÷ the shots of a class
    /// (their mean over the classes, the harmonic one where uneven classes are balanced), as published.
    /// </summary>
    public double? Lambda { get; init; }

    /// <summary>
    /// The largest learning rate, of the first step, above 0 to 1. Default 0.0001, of the published 0.00001 to 0.01,
    /// which perform alike.
    /// </summary>
    public double LearningRate { get; init; } = 1e-4;

    /// <summary>Adam's ε, above 0 to 1. Default 1e-4.</summary>
    public double Epsilon { get; init; } = 1e-4;

    /// <summary>Passes over the support set, one step each, 0 to 100,000; 0 is zero-shot. Default 300.</summary>
    public int Epochs { get; init; } = 300;

    /// <inheritdoc/>
    protected internal override void Check()
    {
        Require(Lambda ?? 0, 0, 1e6, nameof(Lambda));
        Require(LearningRate, double.Epsilon, 1);
        Require(Epsilon, double.Epsilon, 1);
        Require(Epochs, 0, 100_000);
    }
}

/// <summary>
/// The regularised linear adapter of ProLIP: M. Fahes et al., "CLIP's Visual Embedding Projector is a Few-shot
/// Cornucopia", 2024, arXiv 2410.05270.
/// <code>
///  loss = cross entropy(logits, labels) + λ ‖A − I‖²_F  A [D, D] from the identity; Adam, full batches, cosine to 0
///  logits = s · unit(f Aᵀ) Tᵀ                           [B, C]
/// </code>
/// ProLIP itself learns the visual projection; the adapter is the paper's variant of it that needs no more than
/// features. Differences from the published code: each epoch takes the next of the task's cached views, of
/// which there may be fewer than its 300 random crops; single precision, where it is half. 0 epochs are
/// zero-shot, bit for bit. Inductive.
/// </summary>
/// <param name="options">λ and how A is learned.</param>
public sealed class LinearAdapter(LinearAdapterOptions options) : FewShotMethod(CatalogName, options)
{
    internal const string CatalogName = "linear-adapter";

    /// <inheritdoc/>
    protected override Fitted FitCore(FewShotTask task, FitRun run)
    {
        var identity = eye(task.FeatureWidth, device: task.Device);
        var adapter = new Parameter(identity.clone()); // A [D, D]
        var lambda = options.Lambda ?? task.Classes.Count / task.EffectiveImages();
        using var optimizer = new Adam([adapter], options.LearningRate, epsilon: options.Epsilon);
        new FeatureTraining(options.Epochs, options.LearningRate).Run(task, run, optimizer, (images, labels) =>
            task.CrossEntropy(Logits(images.Image, adapter, task.Classes.Features, task.Classes.LogitScale), labels)
                .Add((adapter - identity).Square().sum().Mul(lambda)));
        return new Fitted(new Dictionary<string, Tensor> { ["class.features"] = task.Classes.Features, ["adapter"] = adapter });
    }

    /// <inheritdoc/>
    protected override FewShotClassifier RestoreCore(ClassifierState state) => new LinearAdapterClassifier(state);

    /// <summary>s · unit(f Aᵀ) Tᵀ: [B, D], [D, D], [C, D] → [B, C].</summary>
    internal static Tensor Logits(Tensor f, Tensor adapter, Tensor classFeatures, float logitScale) =>
        ZeroShot.Logits(f.matmul(adapter.t()).WithNormOf(f), classFeatures, logitScale);
}

/// <summary>Class features, and a linear map that image features pass first.</summary>
internal sealed class LinearAdapterClassifier : FewShotClassifier
{
    private readonly Tensor _classFeatures, _adapter;

    internal LinearAdapterClassifier(ClassifierState state) : base(state)
    {
        _classFeatures = state.Take("class.features", ScalarType.Float32, state.ClassCount, state.FeatureWidth);
        _adapter = state.Take("adapter", ScalarType.Float32, state.FeatureWidth, state.FeatureWidth);
    }

    protected override Tensor LogitsCore(ImageFeatures images) =>
        LinearAdapter.Logits(images.Image, _adapter, _classFeatures, State.LogitScale);

    /// <summary>The map applies to images of any class.</summary>
    protected override FewShotClassifier TransferCore(ClassSet classes) =>
        new LinearAdapterClassifier(State.Transfer(classes, new Dictionary<string, Tensor> { ["class.features"] = classes.Features }));
}
