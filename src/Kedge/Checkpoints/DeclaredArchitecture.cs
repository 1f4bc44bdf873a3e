using Kedge.Imaging;

namespace Kedge.Checkpoints;

/// <summary>What a checkpoint states beside its tensors and what they cannot tell; null where it does not say.</summary>
internal sealed record DeclaredArchitecture
{
    /// <summary>Attention heads of the image tower (of the pooling attention for a ResNet); null: a head for each 64 features.</summary>
    public int? VisionHeads { get; init; }

    /// <summary>Attention heads of the text tower; null: a head for each 64 features.</summary>
    public int? TextHeads { get; init; }

    /// <summary>The nonlinearity of both towers; null: QuickGELU, as OpenAI's models have it.</summary>
    public Activation? Activation { get; init; }

    /// <summary>The token whose position is read as the text's feature; null: the one with the highest id.</summary>
    public int? EotTokenId { get; init; }

    /// <summary>Side of the square input in pixels.</summary>
    public int? ImageSize { get; init; }

    /// <summary>How images are made into input.</summary>
    public DeclaredPreprocessing Preprocessing { get; init; } = new();
}

/// <summary>What a checkpoint states of its preprocessing; null where it does not say, and then it is the original CLIP's.</summary>
internal sealed record DeclaredPreprocessing
{
    /// <summary>Subtracted from pixels in 0 to 1.</summary>
    public PerChannel? Mean { get; init; }

    /// <summary>Pixels are divided by it, each above 0.</summary>
    public PerChannel? Std { get; init; }

    /// <summary>Pixels of the shorter side after the resize.</summary>
    public int? ResizeSize { get; init; }

    /// <summary>Side of the central square in pixels.</summary>
    public int? CropSize { get; init; }

    /// <summary>The filter of the resize.</summary>
    public ResampleKernel? Kernel { get; init; }
}
