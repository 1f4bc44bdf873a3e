using Kedge.Clip.Adaptation;
using Kedge.Clip.Prompts;
using Kedge.Clip.Towers;
using Kedge.Features;
using Kedge.Text;
using static TorchSharp.torch;

namespace Kedge.Clip;

/// <summary>
/// A CLIP with frozen weights: images and texts in, features of one space out (Radford et al. 2021, arXiv 2103.00020).
/// Owns its weights; safe to use from several threads at once, since encoding changes nothing.
/// </summary>
public sealed partial class ClipModel : ITextTower, IImageEncoder, IDisposable
{
    private readonly ClipNetwork _network;
    private readonly ClipSource _source;
    private readonly TextEncoder _texts;
    private readonly Lazy<VisionTower> _images; // packed for inference when it is first asked

    internal ClipModel(ClipSource source, ClipNetwork network)
    {
        (_source, _network, _texts) = (source, network, new TextEncoder(network, source.Tokenizer));
        _images = new(() => network.PackedImageTower(source.Precision.Type()));
        using (var scale = network.logit_scale.exp())
            LogitScale = scale.item<float>();
        Parameters = network.parameters().Sum(parameter => parameter.numel());
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

    IProbedPrompts ITextTower.ProbedPrompts(IReadOnlyList<PromptSequence> prompts) => new ProbedPrompts(_network, Tokenizer, prompts);

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
