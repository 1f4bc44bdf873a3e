using Kedge.Features;
using Kedge.FewShot;
using Kedge.FewShot.Selection;
using Kedge.Optimisation;
using Kedge.Runtime;
using static TorchSharp.torch;
using Parameter = TorchSharp.Modules.Parameter;

namespace Kedge.Methods;

/// <summary>
/// ProLIP: M. Fahes et al., "CLIP's Visual Embedding Projector is a Few-shot Cornucopia", 2024, arXiv 2410.05270: the
/// image tower's projection is fine-tuned, regularised towards its start.
/// <code>
///     u                                                the tower's output before its projection        [B, U]
///     loss = cross entropy(logits, labels) + λ ‖Δ‖²_F  Δ [U, D] from 0, Adam, all images at once, cosine to 0
///     logits = s · unit(f + u Δ ÷ ‖u W + b‖) Tᵀ        W [U, D], b [D]: CLIP's projection, f = unit(u W + b)    [B, C]
/// </code>
/// W + Δ is the paper's learned projection; written so, Δ = 0 gives f itself. Differences from the published code: a
/// bias, which a ResNet's projection has, is not learned; each epoch takes the next of the task's cached views, of
/// which there may be fewer than its 300 random crops; single precision, where it is half. 0 epochs are zero-shot, bit
/// for bit. <see cref="LinearAdapter"/> is its variant on features alone. Inductive.
/// </summary>
/// <param name="options">λ and how Δ is learned, the same as for the linear adapter.</param>
public sealed class ProLip(LinearAdapterOptions options) : FewShotMethod(CatalogName, options)
{
    internal const string CatalogName = "prolip";

    /// <inheritdoc/>
    public override TaskParts Requires => TaskParts.Support | TaskParts.Names | TaskParts.Unprojected | TaskParts.Projection;

    /// <inheritdoc/>
    protected override Fitted FitCore(FewShotTask task, FitRun run)
    {
        var projection = task.Encoder!.Projection!;
        var change = new Parameter(zeros_like(projection.Weight)); // Δ [U, D]
        var lambda = options.Lambda ?? task.Classes.Count / task.EffectiveImages();
        using var optimizer = new Adam([change], options.LearningRate, epsilon: options.Epsilon);
        new FeatureTraining(options.Epochs, options.LearningRate).Run(task, run, optimizer, (images, labels) =>
            task.CrossEntropy(Logits(images, projection, change, task.Classes.Features, task.Classes.LogitScale), labels)
                .Add(change.Square().sum().Mul(lambda)));
        var tensors = new Dictionary<string, Tensor>
        {
            ["class.features"] = task.Classes.Features,
            ["projection"] = projection.Weight,
            ["change"] = change,
        };
        if (projection.Bias is not null)
            tensors["projection.bias"] = projection.Bias;
        return new Fitted(tensors);
    }

    /// <inheritdoc/>
    protected override FewShotClassifier RestoreCore(ClassifierState state) => new ProLipClassifier(state);

    /// <summary>s · unit(f + u Δ ÷ ‖u W + b‖) Tᵀ: B images → [B, C].</summary>
    internal static Tensor Logits(ImageFeatures images, ImageProjection projection, Tensor change, Tensor classFeatures, float logitScale)
    {
        var (f, u) = (images.Image, images.Unprojected!);
        var length = projection.Apply(u).norm(-1, keepdim: true).ClampMin(1e-12); // [B, 1]
        return ZeroShot.Logits(f.Add(u.matmul(change) / length).WithNormOf(f), classFeatures, logitScale);
    }
}

/// <summary>Class features, and the change of the image projection.</summary>
internal sealed class ProLipClassifier : FewShotClassifier
{
    private readonly Tensor _classFeatures, _change;
    private readonly ImageProjection _projection;

    internal ProLipClassifier(ClassifierState state) : base(state)
    {
        _classFeatures = state.Take("class.features", ScalarType.Float32, state.ClassCount, state.FeatureWidth);
        _change = state.Take("change", ScalarType.Float32, -1, state.FeatureWidth);
        _projection = new(
            state.Take("projection", ScalarType.Float32, _change.shape[0], state.FeatureWidth),
            state.Tensors.ContainsKey("projection.bias") ? state.Take("projection.bias", ScalarType.Float32, state.FeatureWidth) : null);
    }

    public override FeatureKinds Needs => FeatureKinds.Unprojected;

    protected override Tensor LogitsCore(ImageFeatures images) =>
        ProLip.Logits(images, _projection, _change, _classFeatures, State.LogitScale);

    /// <summary>The projection applies to images of any class.</summary>
    protected override FewShotClassifier TransferCore(ClassSet classes) =>
        new ProLipClassifier(State.Transfer(classes, new Dictionary<string, Tensor> { ["class.features"] = classes.Features }));
}
