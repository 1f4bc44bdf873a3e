using Kedge.Checkpoints;
using Kedge.Clip.Adaptation;
using Kedge.Clip.Prompts;
using Kedge.Clip.Towers;
using Kedge.Features;
using Kedge.Imaging;
using Kedge.Runtime;
using Kedge.Tensors;
using Kedge.Text;
using static TorchSharp.torch;

namespace Kedge.Clip;

/// <summary>
/// A CLIP with frozen weights: images and texts in, features of one space out (Radford et al. 2021, arXiv 2103.00020). Owns its weights; safe to use
/// from several threads at once, since encoding changes nothing.
/// </summary>
public sealed class ClipModel : ITextTower, IImageEncoder, IDisposable
{
    private readonly ClipNetwork _network;

    private ClipModel(string name, string? path, Checkpoint checkpoint, ClipNetwork network, ClipTokenizer tokenizer)
    {
        (Name, Path, Layout, Format, _network, Tokenizer) = (name, path, checkpoint.Layout, checkpoint.Format, network, tokenizer);
        Fingerprint = Identify(checkpoint, network.Configuration);
        Preprocessing = ClipArchitecture.PreprocessingOf(checkpoint, network.Configuration);
        LogitScale = network.logit_scale.exp().item<float>();
        Parameters = network.parameters().Sum(parameter => parameter.numel());
    }

    /// <summary>A model of other weights.</summary>
    private ClipModel(ClipModel original, string name, string fingerprint, ClipNetwork network)
    {
        (Name, Path, Layout, Format, _network, Tokenizer) = (name, original.Path, original.Layout, original.Format, network, original.Tokenizer);
        (Fingerprint, Preprocessing, LogitScale, Parameters) = (fingerprint, original.Preprocessing, original.LogitScale, original.Parameters);
    }

    /// <summary>Loads a model.</summary>
    /// <param name="model">The name of an embedded model (<see cref="EmbeddedModels"/>), a checkpoint's file, or a folder.</param>
    /// <param name="device">Where it computes; the CPU where none is given.</param>
    /// <returns>The model, owned by the caller.</returns>
    /// <exception cref="KedgeException">There is no such model, the file is damaged, or its tensors make no CLIP; every missing, unexpected and misshapen key is named.</exception>
    public static ClipModel Load(string model, Device? device = null)
    {
        LibTorch.Load();
        using var checkpoint = EmbeddedModels.OpenAny(model);
        var configuration = ClipArchitecture.Of(checkpoint);
        var network = CheckpointWeights.Load(checkpoint, configuration, device ?? CPU);
        if (EmbeddedModels.Contains(model))
            return new ClipModel(model.ToLowerInvariant(), path: null, checkpoint, network, ClipTokenizer.Default);
        var path = System.IO.Path.TrimEndingDirectorySeparator(System.IO.Path.GetFullPath(model));
        return new ClipModel(System.IO.Path.GetFileName(path), path, checkpoint, network, ClipTokenizer.For(model));
    }

    /// <summary>What the model is called in reports: the embedded model's name, or the file's or folder's.</summary>
    public string Name { get; }

    /// <summary>The full path of the file or folder that it was loaded from; <see langword="null"/> for a model of the package.</summary>
    public string? Path { get; }

    /// <summary>Whose names and settings the checkpoint had.</summary>
    public CheckpointLayout Layout { get; }

    /// <summary>How the checkpoint's bytes were stored.</summary>
    public CheckpointFormat Format { get; }

    /// <summary>The architecture.</summary>
    public ClipConfiguration Configuration => _network.Configuration;

    /// <summary>How image files become this model's input.</summary>
    public Preprocessing Preprocessing { get; }

    /// <summary>SHA-256 of the weights and the architecture, in hexadecimal: equal only where features are equal, whatever the file's layout.</summary>
    public string Fingerprint { get; }

    /// <summary>The learned factor of cosines, exp of the stored logarithm; 100 for OpenAI's models.</summary>
    public float LogitScale { get; }

    /// <summary>Trained numbers.</summary>
    public long Parameters { get; }

    /// <summary>The weights that <see cref="With"/> may change: queries, keys and values of the attention of both towers; of a ResNet, of its attention pooling alone.</summary>
    public IReadOnlyList<AttentionProjection> AttentionProjections => [.. AdaptableWeight.Of(_network).Select(weight => weight.Projection)];

    /// <summary>Texts to token ids.</summary>
    public ClipTokenizer Tokenizer { get; }

    /// <summary>Where the model computes.</summary>
    public Device Device => _network.logit_scale.device;

    /// <summary>D, the width of the joint features.</summary>
    public int FeatureWidth => Configuration.FeatureWidth;

    /// <summary>P, patches of an image.</summary>
    public int Patches => Configuration.Vision.Patches;

    /// <summary>Both towers, for what stands on the model.</summary>
    internal ClipNetwork Network => _network;

    int IImageEncoder.Width => FeatureWidth;

    int ITextTower.Width => Configuration.Text.Transformer.Width;

    /// <summary>Features of images.</summary>
    /// <param name="pixels">[B, 3, R, R], F32, as <see cref="Preprocessing"/> makes them; on any device.</param>
    /// <returns>A new tensor [B, D], F32, rows of unit length, on <see cref="Device"/>, without gradient, owned by the caller.</returns>
    public Tensor EncodeImage(Tensor pixels) => EncodeImage(pixels, normalize: true);

    /// <summary>As <see cref="EncodeImage(Tensor)"/>, with a choice.</summary>
    /// <param name="pixels">[B, 3, R, R], F32.</param>
    /// <param name="normalize">Whether rows are made unit length.</param>
    public Tensor EncodeImage(Tensor pixels, bool normalize)
    {
        using var scope = NewDisposeScope();
        using var frozen = no_grad();
        return Finish(_network.visual.Forward(OnDevice(pixels)), normalize).MoveToOuterDisposeScope();
    }

    /// <summary>
    /// Features of images with more than one of each. Patches are, in a ViT, the tokens after the last norm and projection; in a ResNet, the pooling attention asked by each position.
    /// </summary>
    /// <param name="pixels">[B, 3, R, R], F32.</param>
    /// <param name="kinds">What beside the images' own features.</param>
    /// <returns>New tensors: images [B, D] and patches [B, P, D], F32, rows of unit length; unprojected [B, U], F32, as the tower makes them. Owned by the caller.</returns>
    public ImageFeatures Encode(Tensor pixels, FeatureKinds kinds)
    {
        using var scope = NewDisposeScope();
        using var frozen = no_grad();
        var tokens = _network.visual.Tokens(OnDevice(pixels), kinds.HasFlag(FeatureKinds.Patches)); // [B, 1 or 1 + P, U]
        var features = Finish(_network.visual.Project(tokens), normalize: true);
        return new ImageFeatures(features.select(1, 0).contiguous().MoveToOuterDisposeScope())
        {
            Patches = kinds.HasFlag(FeatureKinds.Patches) ? features.narrow(1, 1, Patches).contiguous().MoveToOuterDisposeScope() : null,
            Unprojected = kinds.HasFlag(FeatureKinds.Unprojected) ? tokens.select(1, 0).contiguous().MoveToOuterDisposeScope() : null,
        };
    }

    /// <summary>U, the width of unprojected features.</summary>
    public int UnprojectedWidth => Configuration.Vision.UnprojectedWidth;

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

    /// <inheritdoc/>
    public Tensor EncodeText(IReadOnlyList<string> texts) => EncodeText(texts, normalize: true);

    /// <summary>As <see cref="EncodeText(IReadOnlyList{string})"/>, with choices.</summary>
    /// <param name="texts">n texts.</param>
    /// <param name="normalize">Whether rows are made unit length.</param>
    /// <param name="truncate">Whether a text longer than the context is cut (its last token replaced by the end of text) instead of refused.</param>
    public Tensor EncodeText(IReadOnlyList<string> texts, bool normalize, bool truncate = false)
    {
        const int chunk = 256; // bounds the memory of long lists
        using var scope = NewDisposeScope();
        using var frozen = no_grad();
        var rows = texts.Select(text => Tokenizer.Encode(text, Configuration.Text.ContextLength, truncate)).Chunk(chunk)
            .Select(ids => Finish(_network.EncodeText(TokenBatch.From(ids, Device)), normalize)).ToArray();
        return (rows.Length > 0 ? cat(rows) : empty(0, FeatureWidth, device: Device)).MoveToOuterDisposeScope();
    }

    /// <summary>One feature a class: the unit features of its name in every template, averaged and made unit length again.</summary>
    /// <param name="classNames">C names.</param>
    /// <param name="templates">T ≥ 1 templates.</param>
    /// <returns>A new tensor [C, D], F32, rows of unit length, owned by the caller.</returns>
    public Tensor ClassFeatures(IReadOnlyList<string> classNames, IReadOnlyList<PromptTemplate> templates)
    {
        using var scope = NewDisposeScope();
        using var frozen = no_grad();
        return PromptEnsemble.Encode(classNames, templates, texts => EncodeText(texts)).MoveToOuterDisposeScope();
    }

    /// <inheritdoc/>
    public IPromptEncoder Prompts(IReadOnlyList<PromptSequence> prompts) => new PromptEncoder(_network, Tokenizer, prompts);

    /// <inheritdoc/>
    public Tensor TokenEmbeddings(string words)
    {
        using var scope = NewDisposeScope();
        using var frozen = no_grad();
        return _network.token_embedding.Of(Tokenizer.TokensOf(words)).MoveToOuterDisposeScope();
    }

    /// <inheritdoc/>
    public IReadOnlyList<IReadOnlyList<Neighbour>> NearestWords(Tensor tokens, int top) => TokenWords.Nearest(tokens, _network.token_embedding.weight!, Tokenizer, top);

    /// <summary>This model with updates merged into its weights. It has a fingerprint of its own, so that features of the two are never taken for one another's.</summary>
    /// <param name="updates">The updates; their tensors stay the caller's and are not looked at later.</param>
    /// <returns>The model, owned by the caller. Weights that are not changed are shared and not copied; either model may be freed first.</returns>
    /// <exception cref="KedgeException">An update is of no weight of <see cref="AttentionProjections"/>, or of another shape.</exception>
    public ClipModel With(LowRankUpdates updates)
    {
        ArgumentNullException.ThrowIfNull(updates);
        updates.Require(AttentionProjections, Name);
        using var normal = inference_mode(false);
        using var scope = NewDisposeScope();
        using var frozen = no_grad();
        var changed = AdaptableWeight.Of(_network).Where(weight => updates.ByWeight.ContainsKey(weight.Projection.Name)).ToDictionary(
            weight => weight.Projection.Name, weight => (weight.Weight + updates.ByWeight[weight.Projection.Name].Product().to(Device)).DetachFromDisposeScope());
        return new ClipModel(this, $"{Name} (adapted)", updates.Fingerprint(Fingerprint), _network.Share(changed));
    }

    /// <summary>The towers with updates beside their weights, to be learned: see <see cref="ISupportImages.Adapt"/>.</summary>
    internal AdaptedClip Adapt(LowRankUpdates updates, Func<Tensor, Tensor>? dropout)
    {
        updates.Require(AttentionProjections, Name);
        return new AdaptedClip(this, _network, updates, dropout);
    }

    /// <summary>Frees the weights.</summary>
    public void Dispose() => _network.Dispose();

    // heads and activation change features, and weights alone do not tell them
    private static string Identify(Checkpoint checkpoint, ClipConfiguration configuration) =>
        FingerprintBuilder.HashText(checkpoint.Fingerprint + ArchitectureFile.Write(configuration));

    private Tensor OnDevice(Tensor pixels)
    {
        var side = Configuration.Vision.Resolution;
        return pixels.shape is [_, 3, var height, var width] && height == side && width == side
            ? pixels.to(ScalarType.Float32).to(Device)
            : throw new ArgumentException($"{Name} encodes pixels [B, 3, {side}, {side}], not [{string.Join(", ", pixels.shape)}].", nameof(pixels));
    }

    private static Tensor Finish(Tensor features, bool normalize) => normalize ? features.Unit() : features;
}
