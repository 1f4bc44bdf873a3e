using Kedge.Data;
using Kedge.Features;
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
    /// <param name="exactly">Whether a class with fewer is refused; else all that it has are drawn.</param>
    /// <param name="unusable">Images to pass over: the next ones of the draw take their place.</param>
    /// <returns>At most C × S images, class by class, at least one of each.</returns>
    /// <exception cref="KedgeException">A class has too few training images; the message names it.</exception>
    public static IReadOnlyList<LabelledImage> Sample(
        ImageDataset dataset, int shots, int seed, bool exactly = true, UnusableImages? unusable = null)
    {
        ArgumentNullException.ThrowIfNull(dataset);
        ArgumentOutOfRangeException.ThrowIfLessThan(shots, 1);
        return [.. Classes(dataset)
            .SelectMany(label => Draw(dataset, dataset.Train, label, shots, exactly ? shots : 1, seed, $"{shots} shots", unusable))];
    }

    /// <summary>
    /// Draws as the options say: up to S images of each class by the seed, or all of the training part.
    /// </summary>
    internal static IReadOnlyList<LabelledImage> Sample(ImageDataset dataset, TaskOptions options, UnusableImages unusable)
    {
        if (options.Shots is { } shots)
            return Sample(dataset, shots, options.Seed, options.ExactShots, unusable);
        LabelledImage[] usable = [.. dataset.Train.Where(image => !unusable.Contains(image.Image))];
        var lost = dataset.Train.Select(image => image.Label).Except(usable.Select(image => image.Label)).Order().ToList();
        return lost.Count == 0 ? usable : throw NoneLeft(dataset, lost[0]);
    }

    /// <summary>
    /// Draws S images of each class from the training part, the same ones as
    /// <see cref="Sample(ImageDataset, int, int, bool, UnusableImages?)"/>, and min(S, 4) for validation: from the
    /// validation part, or from the rest of the training part where there is none.
    /// </summary>
    /// <param name="dataset">C classes.</param>
    /// <param name="shots">S, at least 1.</param>
    /// <param name="seed">Any number; the same one draws the same images.</param>
    /// <param name="unusable">Images to pass over.</param>
    /// <returns>C × S and C × min(S, 4) images.</returns>
    /// <exception cref="KedgeException">A class has fewer images than that; the message names it.</exception>
    internal static SupportSample SampleWithValidation(ImageDataset dataset, int shots, int seed, UnusableImages? unusable = null)
    {
        ArgumentNullException.ThrowIfNull(dataset);
        ArgumentOutOfRangeException.ThrowIfLessThan(shots, 1);
        var held = Math.Min(shots, MaxValidationShots);
        var wanted = $"{shots} shots and {held} more for validation";
        if (dataset.Validation.Count > 0)
            return new SupportSample(Sample(dataset, shots, seed, unusable: unusable), [.. Classes(dataset)
                .SelectMany(label => Draw(dataset, dataset.Validation, label, held, held, seed, $"{held} validation shots", unusable))]);
        var all = shots + held;
        var drawn = Classes(dataset).Select(label => Draw(dataset, dataset.Train, label, all, all, seed, wanted, unusable)).ToList();
        return new SupportSample([.. drawn.SelectMany(images => images.Take(shots))], [.. drawn.SelectMany(images => images.Skip(shots))]);
    }

    private static IEnumerable<int> Classes(ImageDataset dataset) => Enumerable.Range(0, dataset.ClassNames.Count);

    private static List<LabelledImage> Draw(
        ImageDataset dataset, IReadOnlyList<LabelledImage> images, int label, int most, int least, int seed, string wanted,
        UnusableImages? unusable)
    {
        List<LabelledImage> all =
            [.. images.Where(image => image.Label == label).OrderBy(image => image.Image.Name.Replace('\\', '/'), StringComparer.Ordinal)];
        var random = new SplitMix64(seed, label);
        var drawn = new List<LabelledImage>();
        for (var i = 0; i < all.Count && drawn.Count < most; i++)
        {
            var other = i + random.Below(all.Count - i); // Fisher-Yates, from the front
            (all[i], all[other]) = (all[other], all[i]);
            if (unusable?.Contains(all[i].Image) != true)
                drawn.Add(all[i]);
        }
        if (drawn.Count >= least)
            return drawn;
        throw all.Count > 0 && drawn.Count == 0 ? NoneLeft(dataset, label)
            : new KedgeException($"The class '{dataset.ClassNames[label]}' has {drawn.Count} images, too few for {wanted}; " +
                "add images, or ask for fewer shots (--shots).");
    }

    private static KedgeException NoneLeft(ImageDataset dataset, int label) =>
        new($"The class '{dataset.ClassNames[label]}' has no image to learn from that can be read; repair them, or take the class away.");
}
