using Kedge.FewShot;

namespace Kedge.Methods;

/// <summary>
/// Options of <see cref="Rtos"/>. The paper's code is not public: defaults without another source were measured on
/// features of OpenAI's CLIP ViT-B/32 of Pets and Caltech101 at 1 to 16 shots (docs/rtos.md).
/// </summary>
public sealed record RtosOptions : MethodOptions
{
    /// <summary>
    /// K, anchors that start from words, 2 to 100,000. Default <see langword="null"/>: 256 of Kedge's words or of the
    /// features that a task brings, and all of <see cref="Anchors"/> where these are given.
    /// </summary>
    public int? AnchorCount { get; init; }

    /// <summary>
    /// m, learned tokens an anchor, 1 to 16. Default 1: the paper learns "the [CLASS] token". Of no
    /// use without a text tower.
    /// </summary>
    public int Tokens { get; init; } = 1;

    /// <summary>
    /// What the anchors start from. Default <see langword="null"/>: words where <see cref="Anchors"/>,
    /// <see cref="Ban"/> or <see cref="AnchorCount"/> is given; else neighbours where there are more than 256 classes,
    /// the words that a task without a text tower brings where zero-shot gets three quarters of the support images
    /// right, and the class names elsewhere (docs/rtos.md).
    /// </summary>
    public AnchorStart? Start { get; init; }

    /// <summary>
    /// Words whose embeddings the anchors start from; class names among them are left out. Default: Kedge's list of
    /// open words, in an order drawn by the seed.
    /// </summary>
    public IReadOnlyList<string>? Anchors { get; init; }

    /// <summary>Words that are to be no anchors. Default none.</summary>
    public IReadOnlyList<string>? Ban { get; init; }

    /// <summary>What relates classes to anchors. Default the softmax over the anchors.</summary>
    public RelationValue Value { get; init; }

    /// <summary>
    /// α, the largest change RTOS can make to a logit, 0 to 10,000. Default <see langword="null"/>: the logit scale
    /// where anchors start from neighbours, or by default from words; else such that the anchors at their start spread
    /// an image's logits over the classes 0.1 / w₀ times as far as the class names do, w₀ the weight at which zero-shot
    /// is calibrated on the support images (0.1 to 1; chosen on Tiny-ImageNet's validation photos).
    /// </summary>
    public double? Alpha { get; init; }

    /// <summary>
    /// Whether α and the number of steps are chosen on a quarter of the shots, held out of a first run, instead of
    /// <see cref="Alpha"/>'s default: 0 (zero-shot) where these show no gain. Default no, as few shots lose more by it
    /// than they gain; a given α is kept as it is.
    /// </summary>
    public bool HoldOut { get; init; }

    /// <summary>Whether α is learned with the anchors, from where it begins. Default no.</summary>
    public bool LearnAlpha { get; init; }

    /// <summary>
    /// τ_r, the temperature of the relation class → anchor, 0 to 10; 0 is automatic, half the standard deviation of the
    /// cosines at the start, at least 0.002. Default 0.
    /// </summary>
    public double RelationTemperature { get; init; }

    /// <summary>
    /// τ_a, the temperature of the attention image → anchor, 0 to 10; 0 is automatic, the standard deviation of the
    /// cosines at the start, at least 0.002. Default 0.
    /// </summary>
    public double AttentionTemperature { get; init; }

    /// <summary>
    /// Steps, 0 to 100,000; 0 leaves the anchors at their start. Default <see langword="null"/>: 50 for points, 100 for
    /// tokens (chosen on clothing's validation photos), and 20 epochs (Tip-Adapter-F's) where these are more.
    /// </summary>
    public int? Steps { get; init; }

    /// <summary>Support images a step, 1 to 1,000,000. Default 256 (Tip-Adapter-F's).</summary>
    public int BatchSize { get; init; } = 256;

    /// <summary>
    /// Adam's learning rate of the anchors, which falls to 0 by a cosine, above 0 to 1. Wq and Wk have the same, at
    /// most 0.001 beside tokens. Default <see langword="null"/>: 0.001 for points, 0.005 for tokens, which are of
    /// another scale (chosen on clothing's validation photos).
    /// </summary>
    public double? LearningRate { get; init; }

    /// <summary>
    /// λ_w, the strength of the L2 penalty of Wq and Wk towards the identity, divided by N: λ_w ‖W − I‖² / N. 0 to 1e6.
    /// Default <see langword="null"/>: 0.1, and 100 where anchors start from neighbours.
    /// </summary>
    public double? ProjectionPull { get; init; }

    /// <summary>
    /// λ_a, the strength of the L2 penalty of the anchor features towards their start, divided by N:
    /// λ_a Σ_k ‖A_k − A⁰_k‖² / N. 0 to 1e6. Default <see langword="null"/>: 100, and 10 where anchors start from
    /// neighbours.
    /// </summary>
    public double? AnchorPull { get; init; }

    /// <summary>Seed of the draw of words and of the order of the images, 0 or above. Default 1.</summary>
    public int Seed { get; init; } = 1;

    /// <inheritdoc/>
    protected internal override void Check()
    {
        Require(AnchorCount ?? 2, 2, 100_000, nameof(AnchorCount));
        Require(Tokens, 1, 16);
        Require(Alpha ?? 0, 0, 10_000, nameof(Alpha));
        Require(RelationTemperature, 0, 10);
        Require(AttentionTemperature, 0, 10);
        Require(Steps ?? 0, 0, 100_000, nameof(Steps));
        Require(BatchSize, 1, 1_000_000);
        Require(LearningRate ?? 1, double.Epsilon, 1, nameof(LearningRate));
        Require(ProjectionPull ?? 0, 0, 1e6, nameof(ProjectionPull));
        Require(AnchorPull ?? 0, 0, 1e6, nameof(AnchorPull));
        Require(Seed, 0, int.MaxValue);
    }
}

/// <summary>What anchors start from.</summary>
public enum AnchorStart
{
    /// <summary>The words of a list, or the features that a task brings; the classes where it brings none.</summary>
    Words,

    /// <summary>
    /// Token embeddings of N(0, 0.02²), or directions drawn at random in the feature space: a control, which should
    /// give little unless learned.
    /// </summary>
    Noise,

    /// <summary>
    /// The class names, an anchor each: generic words do not tell neighbouring classes apart, their own names do.
    /// </summary>
    Classes,

    /// <summary>
    /// Half way between each class and each of its two nearest other classes: K = 2 C points that tell neighbours
    /// apart, for many classes; where these are few and the shots too, they over-fit.
    /// </summary>
    Neighbours,
}
