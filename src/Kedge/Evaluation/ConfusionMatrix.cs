using System.Text.Json.Serialization;

namespace Kedge.Evaluation;

/// <summary>An entry of a confusion matrix off its diagonal: one kind of misclassification.</summary>
/// <param name="Actual">The true class.</param>
/// <param name="Predicted">The predicted class.</param>
/// <param name="Count">How many images, at least one.</param>
internal readonly record struct Mistake(int Actual, int Predicted, int Count);

/// <summary>
/// A confusion matrix: for each true class, the number of its images by predicted class. Immutable; equal where all
/// counts are.
/// </summary>
[JsonConverter(typeof(ConfusionMatrixJson))]
internal sealed class ConfusionMatrix : IEquatable<ConfusionMatrix>
{
    private readonly int[] _counts; // [C, C]: actual, predicted

    internal ConfusionMatrix(int classes, int[] counts) => (ClassCount, _counts) = (classes, counts);

    /// <summary>C: classes.</summary>
    public int ClassCount { get; }

    /// <summary>The number of images of a true class with a predicted class.</summary>
    /// <param name="actual">The true class, in 0 … C−1.</param>
    /// <param name="predicted">The predicted class, in 0 … C−1.</param>
    public int this[int actual, int predicted] => _counts.AsSpan(actual * ClassCount, ClassCount)[predicted];

    /// <summary>Counts predictions.</summary>
    /// <param name="labels">The true classes, each in 0 … C−1.</param>
    /// <param name="predictions">As many classes, each in 0 … C−1.</param>
    /// <param name="classes">C, at least 1.</param>
    /// <exception cref="ArgumentException">The lengths differ, or a label or prediction is no class.</exception>
    public static ConfusionMatrix Count(IReadOnlyList<int> labels, IReadOnlyList<int> predictions, int classes)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(classes, 1);
        if (labels.Count != predictions.Count)
            throw new ArgumentException($"There are {labels.Count} labels and {predictions.Count} predictions: " +
                "give one each for every image.", nameof(predictions));
        var counts = new int[classes * classes];
        foreach (var (actual, predicted) in labels.Zip(predictions))
        {
            if (actual < 0 || actual >= classes || predicted < 0 || predicted >= classes)
            {
                throw new ArgumentOutOfRangeException(
                    nameof(labels), $"Labels and predictions must be from 0 to {classes - 1}; found {actual} taken for {predicted}.");
            }
            counts[(actual * classes) + predicted]++;
        }
        return new(classes, counts);
    }

    /// <summary>The confusion matrix of an evaluation.</summary>
    /// <param name="result">The evaluation.</param>
    public static ConfusionMatrix From(EvaluationResult result)
    {
        ArgumentNullException.ThrowIfNull(result);
        return new(result.Confusion.Count, [.. result.Confusion.SelectMany(row => row)]);
    }

    /// <summary>The sum of matrices, such as those of several seeds.</summary>
    /// <param name="parts">At least one, all of the same classes.</param>
    /// <exception cref="ArgumentException">There is none, or their classes are not as many.</exception>
    public static ConfusionMatrix Sum(params IReadOnlyList<ConfusionMatrix> parts)
    {
        if (parts.Select(part => part.ClassCount).Distinct().Count() != 1)
            throw new ArgumentException("Confusions can be added up where there is at least one and all are of the same classes.",
                nameof(parts));
        return new(parts[0].ClassCount, [.. parts[0]._counts.Select((_, i) => parts.Sum(part => part._counts[i]))]);
    }

    /// <summary>The number of images of a true class, a row's sum.</summary>
    /// <param name="actual">The class, in 0 … C−1.</param>
    public int Images(int actual) => _counts.AsSpan(actual * ClassCount, ClassCount).ToArray().Sum();

    /// <summary>
    /// An entry divided by its row's sum, the share of a true class's images with a predicted class: 0 to 1; 0
    /// where the class has no images.
    /// </summary>
    /// <param name="actual">The true class, in 0 … C−1.</param>
    /// <param name="predicted">The predicted class, in 0 … C−1.</param>
    public double Share(int actual, int predicted) => Images(actual) is > 0 and var all ? this[actual, predicted] / (double)all : 0;

    /// <summary>
    /// All misclassifications, the most frequent first; equally frequent ones in the order of the classes.
    /// </summary>
    internal IReadOnlyList<Mistake> Mistakes =>
        [.. Cells().Where(cell => cell.Actual != cell.Predicted).OrderByDescending(cell => cell.Count)];

    /// <inheritdoc/>
    public bool Equals(ConfusionMatrix? other) => other is not null && _counts.AsSpan().SequenceEqual(other._counts);

    /// <inheritdoc/>
    public override bool Equals(object? obj) => Equals(obj as ConfusionMatrix);

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(ClassCount, _counts.Sum());

    /// <summary>The entries that are not 0, row by row.</summary>
    internal IEnumerable<Mistake> Cells() =>
        _counts.Index().Where(cell => cell.Item > 0)
            .Select(cell => new Mistake(cell.Index / ClassCount, cell.Index % ClassCount, cell.Item));
}
