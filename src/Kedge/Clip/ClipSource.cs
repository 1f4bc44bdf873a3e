using Kedge.Checkpoints;
using Kedge.Clip.Towers;
using Kedge.Imaging;
using Kedge.Tensors;
using Kedge.Text;

namespace Kedge.Clip;

/// <summary>
/// What a model is beside its weights: the checkpoint that it is of, and how files and texts become its input.
/// </summary>
internal sealed record ClipSource(
    string Name,
    string? Path,
    CheckpointLayout Layout,
    CheckpointFormat Format,
    ClipTokenizer Tokenizer,
    Preprocessing Preprocessing,
    string Fingerprint,
    EncoderPrecision Precision,
    StatedArchitecture Stated,
    IReadOnlyList<ModelSetting> Settings)
{
    /// <summary>One sentence of what was assumed when the model was opened; null where nothing was.</summary>
    public string? Assumed => ModelSetting.Assumed(Settings, $"the model '{Name}'");

    /// <summary>
    /// Of the features that are encoded: of the weights, the precision, and the version of the arithmetic.
    /// </summary>
    public string FeatureFingerprint => $"{Fingerprint} {Precision.Name()} {EncoderPrecisions.Version}";

    /// <summary>Reads it.</summary>
    /// <param name="model">As given to <see cref="ClipModel.Load(string, TorchSharp.torch.Device?)"/>.</param>
    /// <param name="checkpoint">What it names, open.</param>
    /// <param name="stated">What its user says of the architecture.</param>
    /// <param name="configuration">Its architecture.</param>
    /// <param name="precision">What its image tower multiplies.</param>
    public static ClipSource Of(
        string model, Checkpoint checkpoint, StatedArchitecture stated, ClipConfiguration configuration, EncoderPrecision precision)
    {
        var embedded = EmbeddedModels.Contains(model);
        var path = embedded ? null : System.IO.Path.TrimEndingDirectorySeparator(System.IO.Path.GetFullPath(model));
        var preprocessing = ClipArchitecture.PreprocessingOf(checkpoint, configuration);
        return new(
            path is null ? model.ToLowerInvariant() : System.IO.Path.GetFileName(path),
            path,
            checkpoint.Layout,
            checkpoint.Format,
            embedded ? ClipTokenizer.Default : TokenizerOf(model, configuration.Text.VocabularySize),
            preprocessing,
            Hash(checkpoint.Fingerprint, configuration),
            precision,
            stated,
            ModelSetting.Of(checkpoint.Settings, stated, configuration, preprocessing));
    }

    /// <summary>The same weights in another architecture.</summary>
    public ClipSource In(ClipConfiguration configuration) => this with
    {
        Preprocessing = Preprocessing with { Resolution = configuration.Vision.Resolution },
        Fingerprint = Hash(Fingerprint, configuration),
    };

    private static ClipTokenizer TokenizerOf(string model, int rows)
    {
        var tokenizer = ClipTokenizer.For(model);
        return tokenizer.HighestId < rows ? tokenizer
            : throw new KedgeException($"The tokenizer of '{model}' has the token '{tokenizer.TokenText(tokenizer.HighestId)}' as " +
                $"{tokenizer.HighestId}, and the model's table of tokens has {rows:N0} rows: " +
                "take the tokenizer and the weights of one model.");
    }

    // heads, activation and resolution change features, and weights alone do not tell them
    private static string Hash(string weights, ClipConfiguration configuration) =>
        FingerprintBuilder.HashText(weights + ArchitectureFile.Write(configuration));
}
