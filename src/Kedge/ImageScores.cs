using Kedge.Features;
using Kedge.Imaging;
using Kedge.Interpretation;
using Kedge.Persistence;
using static TorchSharp.torch;

namespace Kedge;

/// <summary>What a classifier gives for an image.</summary>
/// <param name="Probabilities">[C], calibrated where the classifier is.</param>
/// <param name="Similarity">The cosine to the nearest class prototype; null where nothing is rejected.</param>
internal sealed record ImageScores(double[] Probabilities, double? Similarity)
{
    /// <summary>The scores of B images.</summary>
    public static IReadOnlyList<ImageScores> Compute(FittedClassifier fitted, ImageFeatures features, CancellationToken cancellation)
    {
        using var scope = NewDisposeScope();
        var logits = fitted.Classifier.LogitsInBatches(features, cancellation); // [B, C]
        var probabilities = fitted.Card.Probabilities?.Probabilities(logits)
            ?? nn.functional.softmax(logits, dim: 1).to(ScalarType.Float64);
        var similarities = fitted.Similarity(features.Image);
        return [.. probabilities.cpu().data<double>().Chunk(fitted.Classifier.ClassNames.Count)
            .Select((row, i) => new ImageScores(row, similarities?[i]))];
    }

    /// <summary>The prediction for the image that the scores are of.</summary>
    /// <param name="image">The image.</param>
    /// <param name="fitted">The classifier.</param>
    /// <param name="top">Classes, at least 1.</param>
    public ImagePrediction Predict(ImageFile image, FittedClassifier fitted, int top)
    {
        ClassProbability[] classes = [.. fitted.Classifier.ClassNames
            .Zip(Probabilities, (name, probability) => new ClassProbability(name, probability)).OrderByDescending(c => c.Probability)];
        var prediction = new ImagePrediction(image, [.. classes.Take(top)]);
        return fitted.Card.Probabilities?.Rejection is not { } rejection ? prediction : prediction with
        {
            Rejected = rejection.Rejects(Similarity!.Value),
            PredictionSet = [.. classes.Where(c => rejection.Contains(c.Probability)).Select(c => c.ClassName)],
        };
    }
}
