using Kedge.Imaging;

namespace Kedge.Checkpoints;

/// <summary>
/// Settings that a checkpoint declares beside its tensors and that cannot be inferred from
/// them; null where not declared.
/// </summary>
internal sealed record DeclaredArchitecture
{
    /// <summary>
    /// Attention heads of the image tower (of the pooling attention for a ResNet); null: a head for each 64 features.
    /// </summary>
    public int? VisionHeads { get; init; }

    /// <summary>Attention heads of the text tower; null: a head for each 64 features.</summary>
    public int? TextHeads { get; init; }

    /// <summary>The nonlinearity of both towers; null: QuickGELU, as OpenAI's models have it.</summary>
    public Activation? Activation { get; init; }

    /// <summary>
    /// The end-of-text token, at whose position the text feature is taken; null: the one with the highest id.
    /// </summary>
    public int? EotTokenId { get; init; }

    /// <summary>Side of the square input in pixels.</summary>
    public int? ImageSize { get; init; }

    /// <summary>The preprocessing of images.</summary>
    public DeclaredPreprocessing Preprocessing { get; init; } = new();
}

/// <summary>
/// Preprocessing that a checkpoint declares; null where not declared, which means the original CLIP's.
/// </summary>
internal sealed record DeclaredPreprocessing
{
    /// <summary>Subtracted from pixels in 0 to 1.</summary>
    public PerChannel? Mean { get; init; }

    /// <summary>Pixels are divided by it, each above 0.</summary>
    public PerChannel? Std { get; init; }

    /// <summary>Pixels of the shorter side after the resize.</summary>
    public int? ResizeSize { get; init; }

    /// <summary>Side of the centre crop in pixels.</summary>
    public int? CropSize { get; init; }

    /// <summary>The filter of the resize.</summary>
    public ResampleKernel? Kernel { get; init; }
}
