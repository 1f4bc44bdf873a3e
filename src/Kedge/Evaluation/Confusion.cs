using System.Text.Json.Serialization;

namespace Kedge.Evaluation;

/// <summary>One kind of mistake.</summary>
/// <param name="Shown">The class of the images.</param>
/// <param name="Chosen">Another class, which they were taken for.</param>
/// <param name="Count">How many images, at least one.</param>
internal readonly record struct Mistake(int Shown, int Chosen, int Count);

/// <summary>What was taken for what: for each class, how many of its images went to each class. Immutable; equal where all counts are.</summary>
[JsonConverter(typeof(ConfusionJson))]
internal sealed class Confusion : IEquatable<Confusion>
{
    private readonly int[] _counts; // [C, C], the class shown first

    internal Confusion(int classes, int[] counts) => (ClassCount, _counts) = (classes, counts);

    /// <summary>C: classes.</summary>
    public int ClassCount { get; }

    /// <summary>How many images of one class were taken for another, or rightly for it.</summary>
    /// <param name="shown">The class of the images, in 0 … C−1.</param>
    /// <param name="chosen">The class that they were taken for, in 0 … C−1.</param>
    public int this[int shown, int chosen] => _counts.AsSpan(shown * ClassCount, ClassCount)[chosen];

    /// <summary>Counts predictions.</summary>
    /// <param name="labels">The true classes, each in 0 … C−1.</param>
    /// <param name="predictions">As many classes, each in 0 … C−1.</param>
    /// <param name="classes">C, at least 1.</param>
    /// <exception cref="ArgumentException">The lengths differ, or a label or prediction is no class.</exception>
    public static Confusion Of(IReadOnlyList<int> labels, IReadOnlyList<int> predictions, int classes)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(classes, 1);
        if (labels.Count != predictions.Count)
            throw new ArgumentException($"There are {labels.Count} labels and {predictions.Count} predictions: give one each for every image.", nameof(predictions));
        var counts = new int[classes * classes];
        foreach (var (shown, chosen) in labels.Zip(predictions))
        {
            if (shown < 0 || shown >= classes || chosen < 0 || chosen >= classes)
                throw new ArgumentOutOfRangeException(nameof(labels), $"Labels and predictions must be from 0 to {classes - 1}; found {shown} taken for {chosen}.");
            counts[(shown * classes) + chosen]++;
        }
        return new(classes, counts);
    }

    /// <summary>What an evaluation has counted.</summary>
    /// <param name="result">The evaluation.</param>
    public static Confusion Of(EvaluationResult result)
    {
        ArgumentNullException.ThrowIfNull(result);
        return new(result.Confusion.Count, [.. result.Confusion.SelectMany(row => row)]);
    }

    /// <summary>Adds counts up, such as those of several seeds.</summary>
    /// <param name="parts">At least one, all of the same classes.</param>
    /// <exception cref="ArgumentException">There is none, or their classes are not as many.</exception>
    public static Confusion Sum(params IReadOnlyList<Confusion> parts)
    {
        if (parts.Select(part => part.ClassCount).Distinct().Count() != 1)
            throw new ArgumentException("Confusions can be added up where there is at least one and all are of the same classes.", nameof(parts));
        return new(parts[0].ClassCount, [.. parts[0]._counts.Select((_, i) => parts.Sum(part => part._counts[i]))]);
    }

    /// <summary>How many images of a class there were.</summary>
    /// <param name="shown">The class, in 0 … C−1.</param>
    public int Shown(int shown) => _counts.AsSpan(shown * ClassCount, ClassCount).ToArray().Sum();

    /// <summary>The share, from 0 to 1, of a class's images that were taken for another, or rightly for it; 0 where it had none.</summary>
    /// <param name="shown">The class of the images, in 0 … C−1.</param>
    /// <param name="chosen">The class that they were taken for, in 0 … C−1.</param>
    public double Share(int shown, int chosen) => Shown(shown) is > 0 and var all ? this[shown, chosen] / (double)all : 0;

    /// <summary>All mistakes, the most frequent first; equally frequent ones in the order of the classes.</summary>
    internal IReadOnlyList<Mistake> Mistakes =>
        [.. Cells().Where(cell => cell.Shown != cell.Chosen).OrderByDescending(cell => cell.Count)];

    /// <inheritdoc/>
    public bool Equals(Confusion? other) => other is not null && _counts.AsSpan().SequenceEqual(other._counts);

    /// <inheritdoc/>
    public override bool Equals(object? obj) => Equals(obj as Confusion);

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(ClassCount, _counts.Sum());

    /// <summary>The counts that are not 0, class by class.</summary>
    internal IEnumerable<Mistake> Cells() =>
        _counts.Index().Where(cell => cell.Item > 0).Select(cell => new Mistake(cell.Index / ClassCount, cell.Index % ClassCount, cell.Item));
}
