using System.Text.Json;
using Kedge.Features;
using Kedge.FewShot;
using Kedge.Runtime;
using static TorchSharp.torch;
using F = TorchSharp.torch.nn.functional;

namespace Kedge.Methods;

/// <summary>Options of <see cref="Calip"/>.</summary>
public sealed record CalipOptions : MethodOptions
{
    /// <summary>
    /// β₂, the weight of class features by attention over the patches, 0 to 1000. Default 1.12, chosen here within the
    /// published search for ImageNet, which goes up to 2; what that finds is not published.
    /// </summary>
    public double TextWeight { get; init; } = 1.12;

    /// <summary>
    /// β₃, the weight of the image feature by attention over the classes, 0 to 1000. Default 0.02, chosen here within
    /// the published search for ImageNet, which goes up to 0.1.
    /// </summary>
    public double ImageWeight { get; init; } = 0.02;

    /// <summary>
    /// Whether T' and f' are made unit, similarities are not doubled and patches are pooled by their mean alone, as
    /// Kedge 0.1.0 did. Default false, as published.
    /// </summary>
    public bool Unit { get; init; }

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
///     M = 2 · V Tᵀ                                 similarities of the patches V [P, D] and classes    [P, C]
///     T' = softmax_P(M)ᵀ V                         class features by attention over the patches       [C, D]
///     f' = (mean_P + max_P) (softmax_C(M) T)       the image feature by attention over the classes    [D]
///     logits = s · (f Tᵀ + β₂ · f T'ᵀ + β₃ · f' Tᵀ)                                                    [B, C]
/// </code>
/// Nothing is learned, and no labelled image is used. As published, T' and f' are not made unit. Difference from the
/// published code: β₂ and β₃ are options with fixed defaults, where it searches 200 values of each on the test set.
/// T' is never made: with a class's attention w over the patches, f T' is w · V f. β₂ = β₃ = 0 is zero-shot, bit for
/// bit. Inductive.
/// </summary>
/// <param name="options">β₂ and β₃.</param>
public sealed class Calip(CalipOptions options) : FewShotMethod(CatalogName, options)
{
    internal const string CatalogName = "calip";

    private const double Small = 1e-12, Sharpness = 2;

    /// <inheritdoc/>
    public override TaskParts Requires => TaskParts.Names | TaskParts.Patches;

    /// <inheritdoc/>
    protected override Fitted FitCore(FewShotTask task, FitRun run) =>
        new(new Dictionary<string, Tensor> { ["class.features"] = task.Classes.Features },
            Details: JsonSerializer.SerializeToElement(new { unit = options.Unit ? 1 : 0 }));

    /// <inheritdoc/>
    protected override FewShotClassifier RestoreCore(ClassifierState state) => new CalipClassifier(state, options);

    /// <summary>s · (f Tᵀ + β₂ · f T'ᵀ + β₃ · f' Tᵀ): B images → [B, C].</summary>
    internal static Tensor Logits(ImageFeatures images, Tensor classFeatures, float logitScale, CalipOptions options)
    {
        var zeroShot = ZeroShot.Logits(images.Image, classFeatures, logitScale);
        if (options is { TextWeight: 0, ImageWeight: 0 })
            return zeroShot;
        var patches = images.Patches!;                                                             // V [B, P, D]
        var relation = patches.matmul(classFeatures.t()).Mul(options.Unit ? 1 : Sharpness);        // M [B, P, C]
        var byPatch = F.softmax(relation, 1);
        var texts = (byPatch * patches.matmul(images.Image.unsqueeze(2))).sum(1);                  // f T'ᵀ [B, C]
        var byClass = F.softmax(relation, 2);
        Tensor image;                                                                              // f' [B, D]
        if (options.Unit)
        {
            // ‖T'‖ [B, C]
            texts /= (byPatch * patches.matmul(patches.transpose(1, 2)).matmul(byPatch)).sum(1).ClampMin(Small).sqrt();
            image = byClass.mean([1]).matmul(classFeatures).Unit();
        }
        else
        {
            var attended = byClass.matmul(classFeatures);                                          // [B, P, D]
            image = attended.mean([1]).Add(attended.amax(1));
        }
        return zeroShot.Add(texts.Mul(options.TextWeight * logitScale))
            .Add(ZeroShot.Logits(image, classFeatures, logitScale).Mul(options.ImageWeight));
    }
}

/// <summary>Class features with parameter-free attention to an image's patches.</summary>
internal sealed class CalipClassifier(ClassifierState state, CalipOptions options) : FewShotClassifier(state)
{
    private readonly Tensor _classFeatures = state.Take("class.features", ScalarType.Float32, state.ClassCount, state.FeatureWidth);

    /// <summary>Files of Kedge 0.1.0 do not say which form they have; theirs is that of unit features.</summary>
    private readonly CalipOptions _options = options with { Unit = state.ReadNumber("unit", 1) != 0 };

    public override FeatureKinds Needs => FeatureKinds.Patches;

    protected override Tensor LogitsCore(ImageFeatures images) => Calip.Logits(images, _classFeatures, State.LogitScale, _options);

    /// <summary>Nothing is learned.</summary>
    protected override FewShotClassifier TransferCore(ClassSet classes) =>
        new CalipClassifier(State.Transfer(classes, new Dictionary<string, Tensor> { ["class.features"] = classes.Features }), options);
}
