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
    EncoderPrecision Precision)
{
    /// <summary>
    /// Of the features that are encoded: of the weights, the precision, and the version of the arithmetic.
    /// </summary>
    public string FeatureFingerprint => $"{Fingerprint} {Precision.Name()} {EncoderPrecisions.Version}";

    /// <summary>Reads it.</summary>
    /// <param name="model">As given to <see cref="ClipModel.Load(string, TorchSharp.torch.Device?)"/>.</param>
    /// <param name="checkpoint">What it names, open.</param>
    /// <param name="configuration">Its architecture.</param>
    /// <param name="precision">What its image tower multiplies.</param>
    public static ClipSource Of(string model, Checkpoint checkpoint, ClipConfiguration configuration, EncoderPrecision precision)
    {
        var embedded = EmbeddedModels.Contains(model);
        var path = embedded ? null : System.IO.Path.TrimEndingDirectorySeparator(System.IO.Path.GetFullPath(model));
        return new(
            path is null ? model.ToLowerInvariant() : System.IO.Path.GetFileName(path),
            path,
            checkpoint.Layout,
            checkpoint.Format,
            embedded ? ClipTokenizer.Default : ClipTokenizer.For(model),
            ClipArchitecture.PreprocessingOf(checkpoint, configuration),
            Hash(checkpoint.Fingerprint, configuration),
            precision);
    }

    /// <summary>The same weights in another architecture.</summary>
    public ClipSource In(ClipConfiguration configuration) => this with
    {
        Preprocessing = Preprocessing with { Resolution = configuration.Vision.Resolution },
        Fingerprint = Hash(Fingerprint, configuration),
    };

    // heads, activation and resolution change features, and weights alone do not tell them
    private static string Hash(string weights, ClipConfiguration configuration) =>
        FingerprintBuilder.HashText(weights + ArchitectureFile.Write(configuration));
}
