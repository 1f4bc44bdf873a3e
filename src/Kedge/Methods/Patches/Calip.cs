using Kedge.Features;
using Kedge.FewShot;
using Kedge.Runtime;
using static TorchSharp.torch;
using F = TorchSharp.torch.nn.functional;

namespace Kedge.Methods;

/// <summary>Options of <see cref="Calip"/>; the defaults are the published ones for ImageNet.</summary>
public sealed record CalipOptions : MethodOptions
{
    /// <summary>
    /// β₂, the weight of class features by attention over the patches, 0 to 1000. Default 1.12; the published values
    /// lie from 0.4 to 5.
    /// </summary>
    public double TextWeight { get; init; } = 1.12;

    /// <summary>
    /// β₃, the weight of the image feature by attention over the classes, 0 to 1000. Default 0.02; the published values
    /// lie from 0.01 to 0.2.
    /// </summary>
    public double ImageWeight { get; init; } = 0.02;

    /// <inheritdoc/>
    protected internal override void Check()
    {
        Require(TextWeight, 0, 1000);
        Require(ImageWeight, 0, 1000);
    }
}

/// <summary>
/// CALIP: Z. Guo et al., "CALIP: Zero-Shot Enhancement of CLIP with Parameter-free Attention",
/// AAAI 2023, arXiv 2209.14169.
/// <code>
///     M = V Tᵀ                                     similarities of the patches V [P, D] and classes    [P, C]
///     T' = unit(softmax_P(M)ᵀ V)                   class features by attention over the patches       [C, D]
///     f' = unit(mean_P softmax_C(M) T)             the image feature by attention over the classes    [D]
///     logits = s · (f Tᵀ + β₂ · f T'ᵀ + β₃ · f' Tᵀ)                                                    [B, C]
/// </code>
/// Nothing is learned, and no labelled image is used. Differences from the published code: β₂ and β₃ are options with
/// fixed defaults, where it searches them for each data set on the test set; patches are pooled by their mean alone. T'
/// is never made: with a class's attention w over the patches, f T' is (w · V f) ÷ √(wᵀ V Vᵀ w). β₂ = β₃ = 0 is
/// zero-shot, bit for bit. Inductive.
/// </summary>
/// <param name="options">β₂ and β₃.</param>
public sealed class Calip(CalipOptions options) : FewShotMethod(CatalogName, options)
{
    internal const string CatalogName = "calip";

    private const double Small = 1e-12;

    /// <inheritdoc/>
    public override TaskParts Requires => TaskParts.Names | TaskParts.Patches;

    /// <inheritdoc/>
    protected override Fitted FitCore(FewShotTask task, FitRun run) =>
        new(new Dictionary<string, Tensor> { ["class.features"] = task.Classes.Features });

    /// <inheritdoc/>
    protected override FewShotClassifier RestoreCore(ClassifierState state) => new CalipClassifier(state, options);

    /// <summary>s · (f Tᵀ + β₂ · f T'ᵀ + β₃ · f' Tᵀ): B images → [B, C].</summary>
    internal static Tensor Logits(ImageFeatures images, Tensor classFeatures, float logitScale, CalipOptions options)
    {
        var zeroShot = ZeroShot.Logits(images.Image, classFeatures, logitScale);
        if (options is { TextWeight: 0, ImageWeight: 0 })
            return zeroShot;
        var patches = images.Patches!;                                                             // V [B, P, D]
        var relation = patches.matmul(classFeatures.t());                                          // M [B, P, C]
        var byPatch = F.softmax(relation, 1);
        // ‖T'‖ before it is unit [B, C]
        var length = (byPatch * patches.matmul(patches.transpose(1, 2)).matmul(byPatch)).sum(1).ClampMin(Small).sqrt();
        var texts = (byPatch * patches.matmul(images.Image.unsqueeze(2))).sum(1) / length;         // f T'ᵀ [B, C]
        var image = F.softmax(relation, 2).mean([1]).matmul(classFeatures).Unit();                 // f' [B, D]
        return zeroShot.Add(texts.Mul(options.TextWeight * logitScale))
            .Add(ZeroShot.Logits(image, classFeatures, logitScale).Mul(options.ImageWeight));
    }
}

/// <summary>Class features with parameter-free attention to an image's patches.</summary>
internal sealed class CalipClassifier(ClassifierState state, CalipOptions options) : FewShotClassifier(state)
{
    private readonly Tensor _classFeatures = state.Take("class.features", ScalarType.Float32, state.ClassCount, state.FeatureWidth);

    public override FeatureKinds Needs => FeatureKinds.Patches;

    protected override Tensor LogitsCore(ImageFeatures images) => Calip.Logits(images, _classFeatures, State.LogitScale, options);

    /// <summary>Nothing is learned.</summary>
    protected override FewShotClassifier TransferCore(ClassSet classes) =>
        new CalipClassifier(State.Transfer(classes, new Dictionary<string, Tensor> { ["class.features"] = classes.Features }), options);
}
