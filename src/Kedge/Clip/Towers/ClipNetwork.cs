using Kedge.Runtime;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Kedge.Clip.Towers;

/// <summary>
/// Both towers of a CLIP, with the fields of the released state dictionaries and nothing else: what is
/// trained, loaded and saved.
/// </summary>
internal sealed class ClipNetwork : nn.Module
{
    public readonly VisionTower visual;
    public readonly Transformer transformer;
    public readonly Embedding token_embedding;
    public readonly Parameter positional_embedding;
    public readonly LayerNorm ln_final;
    public readonly Parameter text_projection;
    public readonly Parameter logit_scale;

    /// <summary>
    /// [D]: features t of the CLIP whose space this one is, centred, are unit(t − mean) here; <see langword="null"/>
    /// for a space of its own. It changes no feature of this network.
    /// </summary>
    public readonly Tensor? joint_mean;

    public ClipNetwork(Weights weights, ClipConfiguration configuration) : base(nameof(ClipNetwork))
    {
        var text = configuration.Text;
        Configuration = configuration;
        visual = VisionTower.Build(weights[nameof(visual)], configuration.Vision, configuration.FeatureWidth);
        transformer = new Transformer(weights[nameof(transformer)], text.Transformer);
        token_embedding = new Embedding(weights[nameof(token_embedding)], text.VocabularySize, text.Transformer.Width);
        positional_embedding = weights.Parameter(nameof(positional_embedding), text.ContextLength, text.Transformer.Width);
        ln_final = new LayerNorm(weights[nameof(ln_final)], text.Transformer.Width);
        text_projection = weights.Parameter(nameof(text_projection), text.Transformer.Width, configuration.FeatureWidth);
        logit_scale = weights.Parameter(nameof(logit_scale));
        joint_mean = configuration.JointMean ? weights.Buffer(nameof(joint_mean), configuration.FeatureWidth) : null;
        RegisterComponents();
    }

    public ClipConfiguration Configuration { get; }

    /// <summary>
    /// Queries, keys and values of the attention of both towers, the text tower's first; of a ResNet, of its attention
    /// pooling.
    /// </summary>
    public IReadOnlyList<AdaptableWeight> AdaptableWeights => [.. transformer.AdaptableWeights("transformer."), .. visual.AdaptableWeights];

    /// <summary>
    /// A network of the same weights, which are not copied, but for those given anew: it may outlive this one.
    /// </summary>
    /// <param name="changed">
    /// New weights by their names, in this network's place and precision; owned by the new network from now on. <see
    /// langword="null"/> for none.
    /// </param>
    /// <param name="configuration">The other network's, where it differs; the changed weights fit it.</param>
    public ClipNetwork Share(IReadOnlyDictionary<string, Tensor>? changed = null, ClipConfiguration? configuration = null) =>
        Sharing(weights => new ClipNetwork(weights, configuration ?? Configuration), changed);

    /// <summary>
    /// The image tower of the same weights, which are not copied, packed for inference: it may outlive this network.
    /// </summary>
    /// <param name="type">What is multiplied: F32 or BF16.</param>
    public VisionTower PackedImageTower(ScalarType type)
    {
        var tower = Sharing(weights => VisionTower.Build(weights[nameof(visual)], Configuration.Vision, Configuration.FeatureWidth));
        tower.Pack(type);
        return tower;
    }

    private T Sharing<T>(Func<Weights, T> build, IReadOnlyDictionary<string, Tensor>? changed = null) where T : nn.Module
    {
        using var normal = inference_mode(false); // gradients must pass through the frozen towers, whatever mode the caller is in
        using var noGrad = no_grad();
        var own = state_dict();
        var part = build(new Weights((name, _) => changed?.GetValueOrDefault(name) ?? own[name].detach()));
        part.eval();
        foreach (var weight in part.state_dict().Values)
            weight.DetachFromDisposeScope();
        return part;
    }

    /// <summary>
    /// Text features of embedded prompts. The tower is causal: positions after the end of text cannot change its
    /// feature, so L may be anything from the longest prompt to the context length, with the same result.
    /// </summary>
    /// <param name="embeddings">[B, L, W], without positions added.</param>
    /// <param name="ends">[B], the position of the end of text in each row.</param>
    /// <param name="probe">
    /// What is given the attention weights [B, H, L, L] of each block; <see langword="null"/> for nothing.
    /// </param>
    /// <returns>[B, D], not unit length.</returns>
    public Tensor EncodeText(Tensor embeddings, Tensor ends, AttentionProbe? probe = null)
    {
        using var scope = NewDisposeScope();
        var x = transformer.Forward(embeddings.Add(positional_embedding.narrow(0, 0, embeddings.shape[1])), causal: true, probe);
        x = x[TensorFactory.Arange(x.shape[0], device: x.device), ends]; // [B, W]
        return Project(x).MoveToOuterDisposeScope();
    }

    /// <summary>Text features of texts, [B, D], not unit length.</summary>
    public Tensor EncodeText(TokenBatch texts, AttentionProbe? probe = null) =>
        EncodeText(token_embedding.forward(texts.Ids), texts.Ends, probe);

    /// <summary>
    /// Keys and values of what prompts begin with, a block each, for <see cref="EncodeAfter"/>: the tower is causal, so
    /// what comes later cannot change them.
    /// </summary>
    /// <param name="embeddings">[B, Lp, W], without positions added.</param>
    public KeyValue[] Prefix(Tensor embeddings)
    {
        var x = embeddings.Add(positional_embedding.narrow(0, 0, embeddings.shape[1]));
        var prefix = new List<KeyValue>();
        foreach (var block in transformer.resblocks)
        {
            prefix.Add(block.attn.KeyValues(block.ln_1.forward(x)));
            if (prefix.Count < transformer.resblocks.Count)
                x = block.Forward(x, causal: true);
        }
        return [.. prefix];
    }

    /// <summary>
    /// Text features of prompts that end with the end of text, by what follows a prefix alone; of the last block only
    /// that position is computed.
    /// </summary>
    /// <param name="embeddings">[B, L, W], the positions after the prefix, without positions added.</param>
    /// <param name="prefix">A block each: [1, H, Lp, W/H], the same for every prompt, or [B, H, Lp, W/H].</param>
    /// <returns>[B, D], not unit length.</returns>
    public Tensor EncodeAfter(Tensor embeddings, IReadOnlyList<KeyValue> prefix)
    {
        using var scope = NewDisposeScope();
        var (before, length) = (prefix[0].Key.shape[2], embeddings.shape[1]);
        var mask = TensorFactory.Full([length, before + length], double.NegativeInfinity, device: embeddings.device).triu(before + 1);
        var x = embeddings.Add(positional_embedding.narrow(0, before, length));
        for (var layer = 0; layer < prefix.Count; layer++)
        {
            var queries = layer == prefix.Count - 1 ? 1 : (int)length;
            x = transformer.resblocks[layer].AfterPrefix(x, prefix[layer], mask.narrow(0, length - queries, queries), queries);
        }
        return Project(x.squeeze(1)).MoveToOuterDisposeScope();
    }

    /// <summary>End-of-text outputs of the last block [B, W] → features [B, D].</summary>
    public Tensor Project(Tensor ends) => matmul(ln_final.forward(ends), text_projection);
}
