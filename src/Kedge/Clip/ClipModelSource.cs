using Kedge.Checkpoints;
using Kedge.Clip.Prompts;
using Kedge.Clip.Towers;
using Kedge.Features;
using Kedge.Imaging;
using Kedge.Runtime;
using Kedge.Text;
using static TorchSharp.torch;

namespace Kedge.Clip;

// Where a model comes from, and what it is.
public sealed partial class ClipModel
{
    /// <summary>Loads a model.</summary>
    /// <param name="model">The name of an embedded model (<see cref="EmbeddedModels"/>), a checkpoint's
    /// file, or a folder.</param>
    /// <param name="device">Where it computes; the CPU where none is given.</param>
    /// <returns>The model, owned by the caller. It encodes images in float32, the same on every processor.</returns>
    /// <exception cref="KedgeException">
    /// There is no such model, the file is damaged, or its tensors make no CLIP; every missing, unexpected and
    /// misshapen key is named.
    /// </exception>
    public static ClipModel Load(string model, Device? device = null) => Load(model, device, new HeadCounts());

    /// <summary>As <see cref="Load(string, Device?)"/>, with a choice of what the image tower multiplies.</summary>
    /// <param name="model">As there.</param>
    /// <param name="device">As there.</param>
    /// <param name="precision">
    /// <see cref="ScalarType.Float32"/>, or <see cref="ScalarType.BFloat16"/>, which is about twice as fast where the
    /// processor multiplies it (AVX-512 BF16, AMX), with features of a cosine above 0.999 to those of float32; <see
    /// langword="null"/> is bfloat16 on such a processor and float32 elsewhere. Sums, norms, softmax, features and the
    /// text tower are float32 in each.
    /// </param>
    /// <returns>The model, owned by the caller.</returns>
    /// <exception cref="KedgeException">As there; or bfloat16 is asked for, and the processor lacks it.</exception>
    /// <exception cref="ArgumentOutOfRangeException">The precision is another type.</exception>
    public static ClipModel Load(string model, Device? device, ScalarType? precision) =>
        Load(model, device, new HeadCounts(), EncoderPrecisions.Of(precision));

    /// <summary>
    /// As the others, with the numbers of heads where the checkpoint does not state them.
    /// </summary>
    internal static ClipModel Load(
        string model, Device? device, HeadCounts heads, EncoderPrecision precision = EncoderPrecision.Float32) =>
        Load(model, device, new StatedArchitecture(Heads: heads), precision);

    /// <summary>As the others, with what the user states of the architecture.</summary>
    internal static ClipModel Load(
        string model, Device? device, StatedArchitecture stated, EncoderPrecision precision = EncoderPrecision.Float32)
    {
        LibTorch.Load();
        var resolved = EncoderPrecisions.Resolve(precision, device ?? CPU, ProcessorFeatures.HasBFloat16);
        using var checkpoint = EmbeddedModels.OpenAny(model);
        var configuration = ClipArchitecture.Of(checkpoint, stated);
        var source = ClipSource.Of(model, checkpoint, stated, configuration, resolved);
        return new ClipModel(source, CheckpointWeights.Load(checkpoint, configuration, device ?? CPU));
    }

    /// <summary>What the model is called in reports: the embedded model's name, or the file's or folder's.</summary>
    public string Name => _source.Name;

    /// <summary>
    /// The full path of the file or folder that it was loaded from; <see langword="null"/> for a model of the package.
    /// </summary>
    public string? Path => _source.Path;

    /// <summary>Whose names and settings the checkpoint had.</summary>
    internal CheckpointLayout Layout => _source.Layout;

    /// <summary>How the checkpoint's bytes were stored.</summary>
    internal CheckpointFormat Format => _source.Format;

    /// <summary>The architecture.</summary>
    internal ClipConfiguration Configuration => _network.Configuration;

    /// <summary>How image files become this model's input.</summary>
    internal Preprocessing Preprocessing => _source.Preprocessing;

    /// <summary>
    /// SHA-256 of the weights and the architecture, in hexadecimal: equal only where features of one precision are
    /// equal, whatever the file's layout.
    /// </summary>
    public string Fingerprint => _source.Fingerprint;

    /// <summary>
    /// What the image tower multiplies: <see cref="ScalarType.Float32"/> or <see cref="ScalarType.BFloat16"/>.
    /// </summary>
    public ScalarType Precision => _source.Precision.Type();

    /// <summary>
    /// <see cref="Fingerprint"/> with the precision: equal only where encoded features are equal to the last bit, on
    /// one machine.
    /// </summary>
    internal string FeatureFingerprint => _source.FeatureFingerprint;

    string IImageEncoder.Fingerprint => FeatureFingerprint;

    // Kedge 0.1.0 kept features in float32 under the fingerprint of the weights
    IReadOnlyList<string> IImageEncoder.EarlierFingerprints => Precision == ScalarType.Float32 ? [Fingerprint] : [];

    /// <summary>The learned factor of cosines, exp of the stored logarithm; 100 for OpenAI's models.</summary>
    public float LogitScale { get; }

    /// <summary>Trained numbers.</summary>
    public long Parameters { get; }

    /// <summary>
    /// The weights that low-rank updates may change: queries, keys and values of the attention of both towers; of
    /// CLIP's ResNet, of its attention pooling alone; of one of basic blocks, nothing.
    /// </summary>
    internal IReadOnlyList<AttentionProjection> AttentionProjections => [.. _network.AdaptableWeights.Select(weight => weight.Projection)];

    /// <summary>Decodes, resizes, crops and normalises images as the model's checkpoint asks for.</summary>
    /// <param name="images">B images.</param>
    /// <returns>Pixels for <see cref="EncodeImage(Tensor)"/>: a new tensor [B, 3, R, R], F32, on the CPU,
    /// owned by the caller.</returns>
    /// <exception cref="KedgeException">An image cannot be read or decoded.</exception>
    public Tensor Preprocess(IReadOnlyList<ImageFile> images) => Preprocessing.ToTensor([.. images.Select(Preprocessing.Crop)]);

    /// <summary>Texts to token ids.</summary>
    internal ClipTokenizer Tokenizer => _source.Tokenizer;

    /// <summary>Where the model computes.</summary>
    public Device Device => _network.logit_scale.device;

    /// <summary>D, the width of the joint features.</summary>
    public int FeatureWidth => Configuration.FeatureWidth;

    /// <summary>P, patches of an image of the model's own resolution.</summary>
    public int Patches => Configuration.Vision.Patches;

    /// <summary>U, the width of unprojected features.</summary>
    public int UnprojectedWidth => Configuration.Vision.UnprojectedWidth;

    int IImageEncoder.Width => FeatureWidth;

    Preprocessing IImageEncoder.Preprocessing => Preprocessing;

    int ITextTower.Width => Configuration.Text.Transformer.Width;

    /// <summary>Both towers, for what stands on the model.</summary>
    internal ClipNetwork Network => _network;

    /// <summary>What it is beside its weights.</summary>
    internal ClipSource Source => _source;

    /// <summary>The image tower's step into the joint space: copies, owned by the caller.</summary>
    internal ImageProjection Projection
    {
        get
        {
            using var scope = NewDisposeScope();
            var (weight, bias) = _network.visual.Projection;
            return new(weight.detach().clone().MoveToOuterDisposeScope(), bias?.detach().clone().MoveToOuterDisposeScope());
        }
    }
}
