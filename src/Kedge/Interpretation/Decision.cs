using Kedge.Features;
using Kedge.FewShot;
using Kedge.Runtime;
using static TorchSharp.torch;

namespace Kedge.Interpretation;

/// <summary>
/// The explanation of a prediction for one image: logits as sums of contributions, and nearest support images. Needs
/// features alone, no CLIP model.
/// </summary>
public sealed class Decision
{
    private const long MaxNumbers = 1 << 24; // of a batch's contributions: bounds their memory

    private Decision(IReadOnlyList<ClassScore> classes, IReadOnlyList<SupportNeighbour> nearest, bool hasParts) =>
        (Classes, Nearest, HasParts) = (classes, nearest, hasParts);

    /// <summary>
    /// Whether the logits have parts; where not, all of a logit stands as the contribution of the class name.
    /// </summary>
    internal bool HasParts { get; }

    /// <summary>The most probable classes, the most probable first, at least two.</summary>
    public IReadOnlyList<ClassScore> Classes { get; }

    /// <summary>All N support images, the nearest to the image first; empty where the classifier keeps none.</summary>
    public IReadOnlyList<SupportNeighbour> Nearest { get; }

    /// <summary>The contributions to the most probable class and to the second.</summary>
    /// <param name="top">
    /// How many anchors, and how many support images, are listed one by one; the others are summed. At least 1.
    /// </param>
    public ClassComparison Compare(int top) => ClassComparison.Compare(Classes[0], Classes[1], top);

    /// <summary>Explains predictions.</summary>
    /// <param name="classifier">A classifier that decomposes its logits
    /// (<see cref="FewShotClassifier.Explain"/>).</param>
    /// <param name="images">B images, as <see cref="FewShotClassifier.Logits"/> takes them.</param>
    /// <param name="classes">Classes an image, at least 2; all where there are fewer.</param>
    /// <param name="temperature">
    /// T of the probabilities softmax(logits / T); contributions are to the logits, not divided by T.
    /// </param>
    /// <returns>B decisions, in the order of the images.</returns>
    /// <exception cref="KedgeException">The classifier does not decompose its logits, they are not finite, or the
    /// features are invalid.</exception>
    public static IReadOnlyList<Decision> Explain(
        FewShotClassifier classifier, ImageFeatures images, int classes = 5, double temperature = 1)
    {
        classifier.RequireParts();
        return Decide(classifier, images, classes, temperature);
    }

    /// <summary>As <see cref="Explain"/>, also of classifiers whose logits have no parts.</summary>
    internal static IReadOnlyList<Decision> Decide(FewShotClassifier classifier, ImageFeatures images, int classes, double temperature)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(classes, 2);
        using var scope = NewDisposeScope();
        var features = images.Each(tensor => tensor.to(ScalarType.Float32).to(classifier.Device));
        return [.. Batches(classifier, features).SelectMany(some => ExplainBatch(classifier, some, classes, temperature))];
    }

    /// <summary>B images in batches whose explanations fit into memory.</summary>
    internal static IEnumerable<ImageFeatures> Batches(FewShotClassifier classifier, ImageFeatures images)
    {
        var parts = 1 + (classifier.Anchors?.Names.Count ?? 0) + (classifier.Support?.Labels.shape[0] ?? 0);
        return images.Image.shape[0] == 0 ? [] : images.Split(Math.Max(1, MaxNumbers / (classifier.ClassNames.Count * parts)));
    }

    private static List<Decision> ExplainBatch(FewShotClassifier classifier, ImageFeatures images, int classes, double temperature)
    {
        using var scope = NewDisposeScope();
        using var explanation = classifier.HasParts ? classifier.Explain(images) : new Explanation(classifier.Logits(images));
        using var noGrad = no_grad();
        var logits = explanation.Sum();
        if (!logits.AllFinite())
            throw new KedgeException($"Explaining found logits of {classifier.Method} that are not finite: " +
                "the classifier is damaged; fit it again.");
        var top = (int)Math.Min(classes, logits.shape[1]);
        var (probabilities, best) = nn.functional.softmax(logits.Div(temperature), dim: 1).topk(top); // [B, top]
        var nearest = SupportNeighbour.Find(classifier, images.Image);
        return [.. Enumerable.Range(0, nearest.Count).Select(image => new Decision(
            [.. best[image].cpu().data<long>()
                .Zip(probabilities[image].cpu().data<float>(), (c, p) => Score(classifier.ClassNames[(int)c], p, explanation, image, c))],
            nearest[image], classifier.HasParts))];
    }

    private static ClassScore Score(string name, double probability, Explanation explanation, long image, long c) => new(
        name,
        probability,
        explanation.ZeroShot[image, c].item<float>(),
        Numbers(explanation.Anchors, image, c),
        Numbers(explanation.Support, image, c),
        explanation.Bias?[c].item<float>() ?? 0,
        explanation.Adapter?[image, c].item<float>() ?? 0);

    private static double[] Numbers(Tensor? part, long image, long c) =>
        part is null ? [] : [.. part[image, c].cpu().contiguous().data<float>().Select(number => (double)number)];
}
