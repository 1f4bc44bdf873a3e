using Kedge.Clip;
using Kedge.Clip.Relevance;
using Kedge.Clip.Towers;
using Kedge.FewShot;
using Kedge.Imaging;
using Kedge.Runtime;
using static TorchSharp.torch;

namespace Kedge.Interpretation;

/// <summary>
/// The patches of an image that speak for a class: the relevance of its logit, whatever the classifier, by <see
/// cref="PatchRelevance"/> in the last attention of the image tower. What a classifier takes from features of patches
/// V_p is added as max(0, V_p · ∂logit/∂V_p).
/// </summary>
internal static class ClassHeatMap
{
    /// <summary>Decisions with the patches that speak for their most probable classes.</summary>
    public static IReadOnlyList<ImageExplanation> Beside(IReadOnlyList<Decision> decisions, ClipModel clip, FewShotClassifier classifier,
        IReadOnlyList<ImageFile> photos, CancellationToken cancellation)
    {
        return [.. photos.Zip(decisions, Explained)];

        ImageExplanation Explained(ImageFile photo, Decision decision)
        {
            cancellation.ThrowIfCancellationRequested();
            return new(photo, decision, Compute(clip, classifier, photo, decision.Classes[0].ClassName));
        }
    }

    /// <summary>Explains a logit; one pass forward and one back.</summary>
    /// <param name="clip">The model that encodes for the classifier, its update included.</param>
    /// <param name="classifier">Any classifier.</param>
    /// <param name="photo">The photo.</param>
    /// <param name="className">One of its classes.</param>
    public static PatchMap Compute(ClipModel clip, FewShotClassifier classifier, ImageFile photo, string className)
    {
        using var scope = NewDisposeScope();
        using var normal = inference_mode(false);
        using var grad = enable_grad();
        using var probe = new AttentionProbe { Blocks = 1 };
        var features = ClipAttention.Encode(clip, clip.Preprocess([photo]), classifier.Needs, probe);
        var patches = features.Patches?.detach().requires_grad_(); // what patches say by themselves, apart from the attention
        var logits = classifier.DifferentiableLogits(features with { Patches = patches });
        var logit = logits[0, classifier.ClassNames.Index().First(named => named.Item == className).Index];
        var used = logit.Add(features.Image.sum().Mul(0)); // for classifiers that look at patches alone
        Tensor[] inputs = patches is null ? [.. probe.Weights] : [.. probe.Weights, patches];
        var gradients = autograd.grad([used], inputs);
        using var done = no_grad();
        var relevance = PatchRelevance.Raw(probe.Weights, [.. gradients.Take(probe.Weights.Count)], clip.Patches)[0];
        return PatchMap.OfSquare(patches is null ? relevance : relevance.Add((patches * gradients[^1]).sum(-1)[0].ClampMin(0)));
    }
}
