using Kedge.Runtime;
using static TorchSharp.torch;
using F = TorchSharp.torch.nn.functional;

namespace Kedge.Methods;

/// <summary>
/// The formula of RTOS: C. Yan, H. Wang, X. Jiang, Y. Hu, X. Tang, G. Kang, E. Gavves, "Mining Open Semantics from
/// CLIP: A Relation Transition Perspective for Few-Shot Learning", 2024, arXiv 2406.11252. An image is described by its
/// relation to K anchors, which the anchors' own relation to the classes turns into logits.
/// <code>
///  R = softmax over anchors (T Aᵀ / τ_r)           [C, K]  the Value: class → anchor, rows sum to 1
///                                                          (or another <see cref="RelationValue"/>)
///  P = softmax over anchors ((X Wq)(A Wk)ᵀ / τ_a)  [B, K]  the attention of Query X on Key A, rows sum to 1
///  S = P Rᵀ                                        [B, C]  image → anchor → class, 0 ≤ S ≤ 1
///  logits = s · X Tᵀ + α · S
/// </code>
/// X [B, D] unit image features, T [C, D] unit class features, A [K, D] unit anchor features, Wq and Wk [D, D].
/// </summary>
internal static class RelationTransition
{
    /// <summary>The smallest temperature that is chosen automatically.</summary>
    internal const double MinTemperature = 0.002;

    /// <summary>R: the relation of each class to the anchors.</summary>
    public static Tensor Relation(
        Tensor classFeatures, Tensor anchors, double temperature, RelationValue value = RelationValue.SoftmaxOverAnchors)
    {
        var cosines = classFeatures.matmul(anchors.t()); // [C, K]
        return value switch
        {
            RelationValue.SoftmaxOverAnchors => F.softmax(cosines.Div(temperature), 1),
            RelationValue.SoftmaxOverClasses => F.softmax(cosines.Div(temperature), 0),
            _ => (cosines - cosines.mean([0], keepdim: true)).Div(temperature),
        };
    }

    /// <summary>
    /// A Wk Wqᵀ: [K, D]. Both projections are applied to the anchors, which are fewer than the images.
    /// </summary>
    public static Tensor Keys(Tensor anchors, Tensor query, Tensor key) => anchors.matmul(key).matmul(query.t());

    /// <summary>
    /// P: the attention of each image over the anchors, given as <see cref="Keys"/>, or as they are where Wq = Wk = I.
    /// </summary>
    public static Tensor Attention(Tensor imageFeatures, Tensor keys, double temperature) =>
        F.softmax(imageFeatures.matmul(keys.t()).Div(temperature), 1);

    /// <summary>S = P Rᵀ.</summary>
    public static Tensor Transition(Tensor attention, Tensor relation) => attention.matmul(relation.t());

    /// <summary>
    /// τ_a, or τ_r of a softmax, in effect: the given one, or, where it is 0, so many standard deviations of the
    /// cosines between rows and anchors, at least 0.002: sharp enough to distinguish anchors, never a hard assignment.
    /// </summary>
    public static double Temperature(double set, Tensor features, Tensor anchors, double deviations = 0.5)
    {
        if (set > 0)
            return set;
        using var scope = NewDisposeScope();
        using var noGrad = no_grad();
        return Math.Max(MinTemperature, features.matmul(anchors.t()).std().item<float>() * deviations);
    }

    /// <summary>
    /// τ_r in effect; of the centred cosine, where it is 0, the largest one in size, so that −1 ≤ R ≤ 1 at the start.
    /// </summary>
    public static double RelationTemperature(double set, Tensor classFeatures, Tensor anchors, RelationValue value)
    {
        if (set > 0 || value != RelationValue.CenteredCosine)
            return Temperature(set, classFeatures, anchors);
        using var scope = NewDisposeScope();
        using var noGrad = no_grad();
        return Math.Max(MinTemperature, Relation(classFeatures, anchors, 1, value).abs().max().item<float>());
    }
}
