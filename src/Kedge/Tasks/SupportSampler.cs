using Kedge.Data;
using Kedge.Runtime;

namespace Kedge.Tasks;

/// <summary>Images to learn from, and others to choose hyper-parameters on; no image is in both.</summary>
/// <param name="Support">S images of each class, class by class.</param>
/// <param name="Validation">min(S, 4) images of each class, class by class.</param>
internal sealed record SupportSample(IReadOnlyList<LabelledImage> Support, IReadOnlyList<LabelledImage> Validation);

/// <summary>
/// Draws support sets by a seed. The draw depends on the seed, the class's place and the names of its images
/// alone: not on the order in which they were listed, other classes, or the platform. Fewer shots of the same
/// seed are the first of more.
/// </summary>
internal static class SupportSampler
{
    /// <summary>
    /// Most validation images of a class, as in the protocol of the field (Zhou et al. 2022, CoOp): 4.
    /// </summary>
    public const int MaxValidationShots = 4;

    /// <summary>Draws S images of each class from the training part.</summary>
    /// <param name="dataset">C classes.</param>
    /// <param name="shots">S, at least 1.</param>
    /// <param name="seed">Any number; the same one draws the same images.</param>
    /// <returns>C × S images, class by class.</returns>
    /// <exception cref="KedgeException">A class has fewer than S training images; the message names it.</exception>
    public static IReadOnlyList<LabelledImage> Sample(ImageDataset dataset, int shots, int seed)
    {
        ArgumentNullException.ThrowIfNull(dataset);
        ArgumentOutOfRangeException.ThrowIfLessThan(shots, 1);
        return [.. Classes(dataset).SelectMany(label => Draw(dataset, dataset.Train, label, shots, seed, $"{shots} shots"))];
    }

    /// <summary>Draws as the options say: S images of each class by the seed, or all of the training part.</summary>
    internal static IReadOnlyList<LabelledImage> Sample(ImageDataset dataset, TaskOptions options) =>
        options.Shots is { } shots ? Sample(dataset, shots, options.Seed) : dataset.Train;

    /// <summary>
    /// Draws S images of each class from the training part, the same ones as
    /// <see cref="Sample(ImageDataset, int, int)"/>, and min(S, 4) for validation: from the validation part, or from
    /// the rest of the training part where there is none.
    /// </summary>
    /// <param name="dataset">C classes.</param>
    /// <param name="shots">S, at least 1.</param>
    /// <param name="seed">Any number; the same one draws the same images.</param>
    /// <returns>C × S and C × min(S, 4) images.</returns>
    /// <exception cref="KedgeException">A class has fewer images than that; the message names it.</exception>
    internal static SupportSample SampleWithValidation(ImageDataset dataset, int shots, int seed)
    {
        ArgumentNullException.ThrowIfNull(dataset);
        ArgumentOutOfRangeException.ThrowIfLessThan(shots, 1);
        var held = Math.Min(shots, MaxValidationShots);
        var wanted = $"{shots} shots and {held} more for validation";
        if (dataset.Validation.Count > 0)
            return new SupportSample(Sample(dataset, shots, seed), [.. Classes(dataset)
                .SelectMany(label => Draw(dataset, dataset.Validation, label, held, seed, $"{held} validation shots"))]);
        var drawn = Classes(dataset).Select(label => Draw(dataset, dataset.Train, label, shots + held, seed, wanted)).ToList();
        return new SupportSample([.. drawn.SelectMany(images => images.Take(shots))], [.. drawn.SelectMany(images => images.Skip(shots))]);
    }

    private static IEnumerable<int> Classes(ImageDataset dataset) => Enumerable.Range(0, dataset.ClassNames.Count);

    private static List<LabelledImage> Draw(
        ImageDataset dataset, IReadOnlyList<LabelledImage> images, int label, int count, int seed, string wanted)
    {
        List<LabelledImage> drawn =
            [.. images.Where(image => image.Label == label).OrderBy(image => image.Image.Name.Replace('\\', '/'), StringComparer.Ordinal)];
        if (drawn.Count < count)
            throw new KedgeException($"The class '{dataset.ClassNames[label]}' has {drawn.Count} images, too few for {wanted}; " +
                "add images, or ask for fewer shots (--shots).");
        var random = new SplitMix64(seed, label);
        for (var i = 0; i < count; i++)
        {
            var other = i + random.Below(drawn.Count - i); // Fisher-Yates, from the front
            (drawn[i], drawn[other]) = (drawn[other], drawn[i]);
        }
        return drawn[..count];
    }
}
