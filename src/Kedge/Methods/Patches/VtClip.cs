using System.Text.Json.Serialization;
using Kedge.Features;
using Kedge.FewShot;
using Kedge.FewShot.Selection;
using Kedge.Optimisation;
using Kedge.Runtime;
using static TorchSharp.torch;
using F = TorchSharp.torch.nn.functional;
using Parameter = TorchSharp.Modules.Parameter;

namespace Kedge.Methods;

/// <summary>
/// Options of <see cref="VtClip"/>. It learns for 20 epochs by default, as Tip-Adapter-F (0 are zero-shot), in batches
/// of 32 with a learning rate of 0.001, both chosen here.
/// </summary>
public sealed record VtClipOptions() : EpochOptions(epochs: 20, learningRate: 1e-3, batchSize: 32)
{
    /// <summary>
    /// γ, what the block's output is multiplied by, 0 to 1000; 0 is zero-shot. Default 1: chosen here, as the block
    /// starts from 0 and learns its own norm.
    /// </summary>
    public double Gamma { get; init; } = 1;

    /// <summary>
    /// H, heads of the attention, 1 to 64; they must divide the feature width. Default 8: chosen here.
    /// </summary>
    public int Heads { get; init; } = 8;

    /// <summary>
    /// How many times narrower the perceptron's hidden layer is than the features, 1 to 1000. Default 4:
    /// chosen here, as CLIP-Adapter's.
    /// </summary>
    public int Reduction { get; init; } = 4;

    /// <summary>AdamW's weight decay, 0 to 1. Default 0.01: AdamW's own.</summary>
    [JsonPropertyOrder(DecayOrder)]
    public double WeightDecay { get; init; } = 0.01;

    /// <inheritdoc/>
    protected internal override void Check()
    {
        base.Check();
        Require(Gamma, 0, 1000);
        Require(Heads, 1, 64);
        Require(Reduction, 1, 1000);
        Require(WeightDecay, 0, 1);
    }
}

/// <summary>
/// VT-CLIP: L. Qiu et al., "VT-CLIP: Enhancing Vision-Language Models with Visual-guided Texts", 2021, arXiv
/// 2112.02399: class features attend to the image before they are compared with it.
/// <code>
///    a = Σ_h softmax_P((T Wq_h)(V Wk_h)ᵀ ÷ √(D/H)) (V Wv_h Wo_h)  attention of classes to the patches V [P, D]  [C, D]
///    T' = unit(T + γ · (a + W₂ relu(W₁ a)))                       for each image                                [C, D]
///    logits = s · f T'ᵀ                                           [B, C]
///    loss = cross entropy(logits, labels)                         AdamW, cosine to 0 over all steps
/// </code>
/// Differences from the paper, whose code is not public: no self-attention among the classes, no biases and no norms;
/// Wo and W₂ start from 0, so that learning starts from zero-shot; γ is a fixed option, where it is searched; the
/// optimiser and its figures are chosen here; each epoch takes the next of the task's cached views. γ = 0 and 0 epochs
/// are zero-shot, bit for bit. Inductive.
/// </summary>
/// <param name="options">The block and how it learns.</param>
public sealed class VtClip(VtClipOptions options) : FewShotMethod(CatalogName, options)
{
    internal const string CatalogName = "vt-clip";

    /// <inheritdoc/>
    public override TaskParts Requires => TaskParts.Support | TaskParts.Names | TaskParts.Patches;

    /// <inheritdoc/>
    protected override Fitted FitCore(FewShotTask task, FitRun run)
    {
        if (task.FeatureWidth % options.Heads != 0)
            throw new KedgeException($"Fitting {Name} found features {task.FeatureWidth} wide and {options.Heads} heads: " +
                "the option heads must divide the width.");
        using var generator = new Generator((ulong)options.Seed, task.Device);
        var (width, hidden) = (task.FeatureWidth, Math.Max(1, task.FeatureWidth / options.Reduction));
        var block = new CrossAttention(Draw(width, width), Draw(width, width),
            Draw(width, width), Zeros(width, width), Draw(width, hidden), Zeros(hidden, width));
        using var optimizer = new AdamW(block.Tensors.Values.Cast<Parameter>(), options.LearningRate, weightDecay: options.WeightDecay);
        new FeatureTraining(options.Epochs, options.LearningRate, options.BatchSize, options.Seed)
            .Run(task, run, optimizer, (images, labels) =>
                task.CrossEntropy(Logits(images, task.Classes.Features, block, task.Classes.LogitScale, options), labels));
        return new Fitted(new Dictionary<string, Tensor>(block.Tensors) { ["class.features"] = task.Classes.Features });

        Parameter Draw(long inputs, long outputs) =>
            new(randn([inputs, outputs], device: task.Device, generator: generator).Div(Math.Sqrt(inputs)));

        Parameter Zeros(long inputs, long outputs) => new(zeros(inputs, outputs, device: task.Device));
    }

    /// <inheritdoc/>
    protected override FewShotClassifier RestoreCore(ClassifierState state) => new VtClipClassifier(state, options);

    /// <summary>
    /// s · f T'ᵀ, as s · f Tᵀ and what is added to it, over the length that T' would have without
    /// unit(): B images → [B, C].
    /// </summary>
    internal static Tensor Logits(ImageFeatures images, Tensor classFeatures, CrossAttention block, float logitScale, VtClipOptions options)
    {
        var seen = block.Forward(classFeatures, images.Patches!, options.Heads).Mul(options.Gamma); // [B, C, D]
        var added = seen.matmul(images.Image.unsqueeze(2)).squeeze(2).Mul(logitScale);
        return ZeroShot.Logits(images.Image, classFeatures, logitScale).Add(added)
            * (classFeatures.norm(-1) / classFeatures.Add(seen).norm(-1).ClampMin(1e-12));
    }
}

/// <summary>
/// Attention of classes to patches, and a perceptron of two layers: no biases. Does not own its tensors.
/// </summary>
/// <param name="Query">Wq [D, D].</param>
/// <param name="Key">Wk [D, D].</param>
/// <param name="Value">Wv [D, D].</param>
/// <param name="Output">Wo [D, D].</param>
/// <param name="First">W₁ [D, Hd].</param>
/// <param name="Second">W₂ [Hd, D].</param>
internal sealed record CrossAttention(Tensor Query, Tensor Key, Tensor Value, Tensor Output, Tensor First, Tensor Second)
{
    internal IReadOnlyDictionary<string, Tensor> Tensors { get; } = new Dictionary<string, Tensor>
    {
        ["query"] = Query,
        ["key"] = Key,
        ["value"] = Value,
        ["output"] = Output,
        ["mlp.first"] = First,
        ["mlp.second"] = Second,
    };

    /// <summary>T [C, D] and V [B, P, D] → [B, C, D].</summary>
    internal Tensor Forward(Tensor names, Tensor patches, int heads)
    {
        var query = Split(names.matmul(Query).unsqueeze(0), heads);                                    // [1, H, C, D/H]
        var products = query.matmul(Split(patches.matmul(Key), heads).transpose(2, 3)); // [B, H, C, P]
        var weights = F.softmax(products.Div(Math.Sqrt(query.shape[3])), -1);
        // V Wv_h Wo_h [B, H, P, D]: cheaper than Wo after the names, which are many
        var values = Split(patches.matmul(Value), heads).matmul(Output.view(heads, Output.shape[0] / heads, Output.shape[1]));
        var attended = weights.transpose(1, 2).flatten(2).matmul(values.flatten(1, 2));                // a [B, C, D]
        return attended.Add(F.relu(attended.matmul(First)).matmul(Second));
    }

    // [B, L, D] → [B, H, L, D/H]
    private static Tensor Split(Tensor x, int heads) => x.view(x.shape[0], x.shape[1], heads, x.shape[2] / heads).transpose(1, 2);
}

/// <summary>Class features that attend to an image's patches.</summary>
internal sealed class VtClipClassifier : FewShotClassifier
{
    private const long MaxNumbers = 1 << 25; // bounds the memory of T' for each image

    private readonly VtClipOptions _options;
    private readonly Tensor _classFeatures;
    private readonly CrossAttention _block;

    internal VtClipClassifier(ClassifierState state, VtClipOptions options) : base(state)
    {
        var width = state.FeatureWidth;
        _options = options;
        _classFeatures = state.Take("class.features", ScalarType.Float32, state.ClassCount, width);
        var first = state.Take("mlp.first", ScalarType.Float32, width, -1);
        _block = new(Square("query"), Square("key"), Square("value"), Square("output"),
            first, state.Take("mlp.second", ScalarType.Float32, first.shape[1], width));
        if (width % options.Heads != 0)
            throw state.Damaged($"{options.Heads} heads for features {width} wide");

        Tensor Square(string name) => state.Take(name, ScalarType.Float32, width, width);
    }

    public override FeatureKinds Needs => FeatureKinds.Patches;

    protected override Tensor LogitsCore(ImageFeatures images) =>
        cat([.. images.Split(Math.Max(1, MaxNumbers / _classFeatures.numel()))
            .Select(some => VtClip.Logits(some, _classFeatures, _block, State.LogitScale, _options))]);

    /// <summary>The block applies to features of any class.</summary>
    protected override FewShotClassifier TransferCore(ClassSet classes) =>
        new VtClipClassifier(State.Transfer(classes, new Dictionary<string, Tensor> { ["class.features"] = classes.Features }), _options);
}
