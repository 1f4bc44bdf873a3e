using Kedge.Checkpoints;
using Kedge.Clip.Adaptation;
using Kedge.Clip.Prompts;
using Kedge.Clip.Towers;
using Kedge.Features;
using Kedge.Imaging;
using Kedge.Runtime;
using Kedge.Text;
using static TorchSharp.torch;

namespace Kedge.Clip;

/// <summary>
/// A CLIP with frozen weights: images and texts in, features of one space out (Radford et al. 2021, arXiv 2103.00020).
/// Owns its weights; safe to use from several threads at once, since encoding changes nothing.
/// </summary>
public sealed class ClipModel : ITextTower, IImageEncoder, IDisposable
{
    private readonly ClipNetwork _network;
    private readonly ClipSource _source;
    private readonly TextEncoder _texts;
    private readonly Lazy<VisionTower> _images; // packed for inference when it is first asked

    internal ClipModel(ClipSource source, ClipNetwork network)
    {
        (_source, _network, _texts) = (source, network, new TextEncoder(network, source.Tokenizer));
        _images = new(() => network.PackedImageTower(source.Precision.Type()));
        LogitScale = network.logit_scale.exp().item<float>();
        Parameters = network.parameters().Sum(parameter => parameter.numel());
    }

    /// <summary>Loads a model.</summary>
    /// <param name="model">The name of an embedded model (<see cref="EmbeddedModels"/>), a checkpoint's
    /// file, or a folder.</param>
    /// <param name="device">Where it computes; the CPU where none is given.</param>
    /// <returns>The model, owned by the caller.</returns>
    /// <exception cref="KedgeException">
    /// There is no such model, the file is damaged, or its tensors make no CLIP; every missing, unexpected and
    /// misshapen key is named.
    /// </exception>
    public static ClipModel Load(string model, Device? device = null) => Load(model, device, EncoderPrecision.Float32);

    /// <summary>As <see cref="Load(string, Device?)"/>, with a choice of what is multiplied.</summary>
    /// <param name="model">As there.</param>
    /// <param name="device">As there.</param>
    /// <param name="precision">
    /// Of the image tower; the text tower is always float32. Where none is given it is float32, so that features are the
    /// same on every processor.
    /// </param>
    /// <returns>The model, owned by the caller.</returns>
    /// <exception cref="KedgeException">As there; or bfloat16 is asked for, and the processor lacks it.</exception>
    public static ClipModel Load(string model, Device? device, EncoderPrecision precision) =>
        Load(model, device, new HeadCounts(), precision);

    /// <summary>
    /// As <see cref="Load(string, Device?, EncoderPrecision)"/>, with the numbers of heads where the checkpoint does not
    /// state them.
    /// </summary>
    internal static ClipModel Load(
        string model, Device? device, HeadCounts heads, EncoderPrecision precision = EncoderPrecision.Float32)
    {
        LibTorch.Load();
        var resolved = EncoderPrecisions.Resolve(precision, device ?? CPU, ProcessorFeatures.HasBFloat16);
        using var checkpoint = EmbeddedModels.OpenAny(model);
        var configuration = ClipArchitecture.Of(checkpoint, heads);
        var source = ClipSource.Of(model, checkpoint, configuration, resolved);
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
    /// SHA-256 of the weights and the architecture, in hexadecimal: equal only where features of one precision are equal,
    /// whatever the file's layout.
    /// </summary>
    public string Fingerprint => _source.Fingerprint;

    /// <summary>What the image tower multiplies; never <see cref="EncoderPrecision.Auto"/>.</summary>
    public EncoderPrecision Precision => _source.Precision;

    /// <summary>
    /// <see cref="Fingerprint"/> with the precision: equal only where encoded features are equal to the last bit, on one
    /// machine.
    /// </summary>
    internal string FeatureFingerprint => _source.FeatureFingerprint;

    string IImageEncoder.Fingerprint => FeatureFingerprint;

    // Kedge 0.1.0 kept features in float32 under the fingerprint of the weights
    IReadOnlyList<string> IImageEncoder.EarlierFingerprints => Precision == EncoderPrecision.Float32 ? [Fingerprint] : [];

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

    /// <summary>Features of images.</summary>
    /// <param name="pixels">
    /// [B, 3, height, width], F32, as <see cref="Preprocessing"/> makes them, on any device; of the model's own
    /// resolution, or of any other size of whole patches, for which positions are interpolated.
    /// </param>
    /// <returns>A new tensor [B, D], F32, rows of unit length, on <see cref="Device"/>, without gradient,
    /// owned by the caller.</returns>
    /// <exception cref="KedgeException">The pixels have another shape.</exception>
    public Tensor EncodeImage(Tensor pixels) => EncodeImage(pixels, normalize: true);

    /// <summary>As <see cref="EncodeImage(Tensor)"/>, with a choice.</summary>
    /// <param name="pixels">[B, 3, height, width], F32.</param>
    /// <param name="normalize">Whether rows are made unit length.</param>
    public Tensor EncodeImage(Tensor pixels, bool normalize)
    {
        using var scope = NewDisposeScope();
        using var noGrad = no_grad();
        var features = _images.Value.Forward(OnDevice(pixels));
        return (normalize ? features.Unit() : features).MoveToOuterDisposeScope();
    }

    /// <summary>
    /// Features of images with more than one of each. Patches are, in a ViT, the tokens after the last norm and
    /// projection; in a ResNet, the pooling attention asked by each position, or the position in place of the mean.
    /// </summary>
    /// <param name="pixels">[B, 3, height, width], F32, as for <see cref="EncodeImage(Tensor)"/>.</param>
    /// <param name="kinds">What beside the images' own features.</param>
    /// <returns>
    /// New tensors: images [B, D] and patches [B, P, D], F32, rows of unit length; unprojected [B, U], F32, as the
    /// tower makes them. Owned by the caller.
    /// </returns>
    /// <exception cref="KedgeException">The pixels have another shape.</exception>
    public ImageFeatures Encode(Tensor pixels, FeatureKinds kinds)
    {
        using var scope = NewDisposeScope();
        using var noGrad = no_grad();
        return _images.Value.Encode(OnDevice(pixels), kinds).Each(tensor => tensor.MoveToOuterDisposeScope());
    }

    /// <inheritdoc/>
    public Tensor EncodeText(IReadOnlyList<string> texts) => EncodeText(texts, normalize: true);

    /// <summary>As <see cref="EncodeText(IReadOnlyList{string})"/>, with choices.</summary>
    /// <param name="texts">n texts.</param>
    /// <param name="normalize">Whether rows are made unit length.</param>
    /// <param name="truncate">Whether a text longer than the context is cut (its last token replaced by the end of
    /// text) instead of refused.</param>
    public Tensor EncodeText(IReadOnlyList<string> texts, bool normalize, bool truncate = false)
    {
        const int chunk = 256; // bounds the memory of long lists
        using var scope = NewDisposeScope();
        using var noGrad = no_grad();
        var rows = texts.Chunk(chunk).Select(some => _texts.Encode(some, truncate))
            .Select(features => normalize ? features.Unit() : features).ToArray();
        return (rows.Length > 0 ? cat(rows) : empty(0, FeatureWidth, device: Device)).MoveToOuterDisposeScope();
    }

    /// <summary>
    /// One feature a class: the unit features of its name in every template, averaged and made unit length again.
    /// </summary>
    /// <param name="classNames">C names.</param>
    /// <param name="templates">T ≥ 1 templates.</param>
    /// <returns>A new tensor [C, D], F32, rows of unit length, owned by the caller.</returns>
    public Tensor ClassFeatures(IReadOnlyList<string> classNames, IReadOnlyList<PromptTemplate> templates)
    {
        using var scope = NewDisposeScope();
        using var noGrad = no_grad();
        return PromptEnsemble.Encode(classNames, templates, texts => EncodeText(texts)).MoveToOuterDisposeScope();
    }

    /// <inheritdoc/>
    public IPromptEncoder Prompts(IReadOnlyList<PromptSequence> prompts) => new PromptEncoder(_network, Tokenizer, prompts);

    /// <inheritdoc/>
    public Tensor TokenEmbeddings(string words)
    {
        using var scope = NewDisposeScope();
        using var noGrad = no_grad();
        return _network.token_embedding.Of(Tokenizer.TokensOf(words)).MoveToOuterDisposeScope();
    }

    /// <inheritdoc/>
    public IReadOnlyList<IReadOnlyList<Neighbour>> NearestWords(Tensor tokens, int top) =>
        TokenWords.Nearest(tokens, _network.token_embedding.weight!, Tokenizer, top);

    /// <summary>
    /// This model with updates merged into its weights. It has a fingerprint of its own, so that features of the two
    /// are never taken for one another's.
    /// </summary>
    /// <param name="updates">The updates; their tensors stay the caller's and are not looked at later.</param>
    /// <returns>The model, owned by the caller. Weights that are not changed are shared and not copied; either model
    /// may be freed first.</returns>
    /// <exception cref="KedgeException">
    /// An update is of no weight that it may change (<see cref="WeightUpdates.ByWeight"/>), or of another shape.
    /// </exception>
    internal ClipModel With(WeightUpdates updates)
    {
        ArgumentNullException.ThrowIfNull(updates);
        return ClipVariants.Merge(this, updates);
    }

    /// <summary>Frees the weights.</summary>
    public void Dispose()
    {
        if (_images.IsValueCreated)
            _images.Value.Dispose();
        _network.Dispose();
    }

    /// <summary>Pixels as the image tower takes them.</summary>
    /// <exception cref="KedgeException">They have another shape.</exception>
    internal Tensor OnDevice(Tensor pixels)
    {
        Configuration.Vision.Require(pixels.shape, Name);
        return pixels.to(ScalarType.Float32).to(Device);
    }
}
