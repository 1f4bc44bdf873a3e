namespace Kedge.Checkpoints;

/// <summary>What stands beside a checkpoint's tensors, and where.</summary>
/// <param name="Declared">The settings.</param>
/// <param name="ArchitectureSource">
/// Where activation and heads stand: a file's name, or whose weights these are by their form; null where nothing tells
/// them.
/// </param>
/// <param name="PreprocessingSource">Likewise of the preprocessing.</param>
internal sealed record CheckpointSettings(DeclaredArchitecture Declared, string? ArchitectureSource, string? PreprocessingSource)
{
    /// <summary>
    /// Buffers of the released CLIP that state dicts by others lack. With them, or as TorchScript, weights are OpenAI's
    /// own, whose settings are known.
    /// </summary>
    private static readonly string[] OpenAIBuffers = ["input_resolution", "context_length", "vocab_size"];

    /// <summary>Sizes that the settings state and the tensors must have.</summary>
    public IReadOnlyList<StatedSize> Sizes { get; init; } = [];

    /// <summary>Those of models that Kedge brings.</summary>
    public static CheckpointSettings Kedge { get; } = new(new DeclaredArchitecture(), "Kedge", "Kedge");

    /// <summary>Those of weights alone.</summary>
    /// <param name="names">The names of the tensors.</param>
    /// <param name="wrapper">What every name begins with.</param>
    /// <param name="format">How they are stored.</param>
    public static CheckpointSettings OfWeights(IEnumerable<string> names, string wrapper, CheckpointFormat format)
    {
        var isOriginal = format == CheckpointFormat.TorchScript || names.Any(name => OpenAIBuffers.Any(buffer => name == wrapper + buffer));
        var source = isOriginal ? "OpenAI's original" : null;
        return new(new DeclaredArchitecture(), source, source);
    }
}

/// <summary>A size that a settings file states.</summary>
/// <param name="File">The file's path.</param>
/// <param name="Key">Its key in the file.</param>
/// <param name="Size">What it is the size of.</param>
/// <param name="Value">The size.</param>
internal sealed record StatedSize(string File, string Key, ModelSize Size, int Value);

/// <summary>Sizes of a CLIP that tensors show.</summary>
internal enum ModelSize
{
    /// <summary>D, the joint features.</summary>
    FeatureWidth,

    /// <summary>Width of the image tower; of a ResNet, channels after its stem.</summary>
    VisionWidth,

    /// <summary>Blocks of the image tower.</summary>
    VisionLayers,

    /// <summary>Side of a patch in pixels.</summary>
    PatchSize,

    /// <summary>Side of the input in pixels.</summary>
    Resolution,

    /// <summary>Width of the text tower.</summary>
    TextWidth,

    /// <summary>Blocks of the text tower.</summary>
    TextLayers,

    /// <summary>Positions of the text tower.</summary>
    ContextLength,
}
