using Kedge.Data;
using Kedge.Features;
using Kedge.Text;

namespace Kedge.Tasks;

/// <summary>A support set and what drew it.</summary>
/// <param name="Shots">S, images a class.</param>
/// <param name="Seed">The seed of the draw.</param>
/// <param name="Support">The images, all of the training part.</param>
internal sealed record SupportDraw(int Shots, int Seed, IReadOnlyList<LabelledImage> Support)
{
    /// <summary>
    /// The images that hyper-parameters may be chosen on, all of the validation part; <see langword="null"/> for none.
    /// </summary>
    public IReadOnlyList<LabelledImage>? Validation { get; internal init; }
}

/// <summary>
/// The draws of a protocol: a support set for each number of shots and each seed, and one test part for all of them.
/// </summary>
public sealed record SupportDraws
{
    private readonly ClassNaming _naming;

    /// <param name="name">The data set's name.</param>
    /// <param name="classes">C classes; a label indexes their lists.</param>
    /// <param name="test">The queries.</param>
    /// <param name="draws">The support sets, by shots and then by seeds.</param>
    internal SupportDraws(
        string name, ClassNaming classes, IReadOnlyList<LabelledImage> test, IReadOnlyList<SupportDraw> draws) =>
        (Name, _naming, ClassNames, Test, Draws) = (name, classes, classes.Names, test, draws);

    /// <summary>The data set's name.</summary>
    public string Name { get; init; }

    /// <summary>C class names; a label indexes this list.</summary>
    public IReadOnlyList<string> ClassNames { get; init; }

    /// <summary>How the classes are called; by their names alone where these were changed.</summary>
    internal ClassNaming Naming => ReferenceEquals(_naming.Names, ClassNames) ? _naming : ClassNaming.Of(ClassNames);

    /// <summary>The queries.</summary>
    public IReadOnlyList<LabelledImage> Test { get; init; }

    /// <summary>The support sets, by shots and then by seeds.</summary>
    internal IReadOnlyList<SupportDraw> Draws { get; init; }

    /// <summary>
    /// The sentences that its class names are put into; <see langword="null"/> for those of the whole comparison.
    /// </summary>
    public IReadOnlyList<PromptTemplate>? Templates { get; init; }

    /// <summary>All images of the data set, part by part.</summary>
    internal IReadOnlyList<IReadOnlyList<LabelledImage>> Parts { get; private init; } = [];

    /// <summary>Test images that cannot be used and are left out.</summary>
    internal int LeftOut { get; private init; }

    /// <summary>Makes the draws without some images.</summary>
    private Func<UnusableImages, IReadOnlyList<SupportDraw>> Draw { get; init; } = _ => [];

    /// <summary>
    /// The same without images that cannot be used. Where the draws are made here, others of their classes take their
    /// places, so that there are S of each class as before.
    /// </summary>
    internal SupportDraws Without(UnusableImages unusable)
    {
        var test = Test.Without(unusable);
        return this with { Test = test, LeftOut = LeftOut + Test.Count - test.Count, Draws = Draw(unusable) };
    }

    /// <summary>
    /// Draws by <see cref="SupportSampler"/>: S images of each class, neither more nor fewer, so that a column of a
    /// table is what its heading says.
    /// </summary>
    /// <param name="dataset">A data set with a test part.</param>
    /// <param name="shots">Numbers of shots, each at least 1.</param>
    /// <param name="seeds">Seeds.</param>
    /// <param name="validation">Which images hyper-parameters may be chosen on.</param>
    /// <exception cref="KedgeException">There is no test part, or no validation part that is asked for, or a class has
    /// fewer training images than the most shots.</exception>
    public static SupportDraws Sample(
        ImageDataset dataset, IReadOnlyList<int> shots, IReadOnlyList<int> seeds, ValidationUse validation = ValidationUse.None) =>
        Of(dataset, shots, seeds, validation, (s, seed, unusable) => new(s, seed,
            SupportSampler.Sample(dataset, s, seed, unusable: unusable))
        {
            Validation = validation == ValidationUse.Shots
                ? SupportSampler.SampleWithValidation(dataset, s, seed, unusable).Validation : null,
        });

    /// <summary>
    /// One draw without any image to learn from: the test part and the names, for protocols that
    /// learn from another data set.
    /// </summary>
    /// <param name="dataset">A data set with a test part.</param>
    /// <exception cref="KedgeException">There is no test part.</exception>
    public static SupportDraws ForTesting(ImageDataset dataset) =>
        Of(dataset, [0], [0], ValidationUse.None, (s, seed, _) => new(s, seed, []));

    /// <summary>
    /// Takes the draws that others have made: the index files <c>shot_S-seed_E.json</c> of a CoOp split.
    /// </summary>
    /// <param name="path">The split, a .json file.</param>
    /// <param name="images">Where its images lie; null is beside it.</param>
    /// <param name="folder">The folder of the index files.</param>
    /// <param name="shots">Numbers of shots.</param>
    /// <param name="seeds">Seeds.</param>
    /// <param name="validation">Which images hyper-parameters may be chosen on: shots are those
    /// of the index file.</param>
    /// <exception cref="KedgeException">An index file is not there, or is not of this split; or the split has
    /// no test part.</exception>
    public static SupportDraws Read(
        string path, string? images, string folder, IReadOnlyList<int> shots,
        IReadOnlyList<int> seeds, ValidationUse validation = ValidationUse.None) =>
        Read(index => DatasetReader.Open(path, images, index), folder, shots, seeds, validation);

    /// <summary>Takes the draws that others have made: the index files <c>shot_S-seed_E.json</c> of a split.</summary>
    /// <param name="open">Opens the data set, whole, or with an index file.</param>
    /// <param name="folder">The folder of the index files.</param>
    /// <param name="shots">Numbers of shots.</param>
    /// <param name="seeds">Seeds.</param>
    /// <param name="validation">Which images hyper-parameters may be chosen on: shots are those
    /// of the index file.</param>
    /// <exception cref="KedgeException">An index file is not there, or is not of this split; or the split has
    /// no test part.</exception>
    public static SupportDraws Read(
        Func<string?, ImageDataset> open, string folder, IReadOnlyList<int> shots,
        IReadOnlyList<int> seeds, ValidationUse validation = ValidationUse.None) =>
        Of(open(null), shots, seeds, validation, (s, seed, unusable) =>
        {
            var path = Path.Combine(folder, $"shot_{s}-seed_{seed}.json");
            if (!File.Exists(path))
            {
                throw new KedgeException($"There is no index file '{path}', which {s} shots and seed {seed} are to be taken from: " +
                    "choose another folder (--index-folder), or shots and seeds that it has.");
            }
            var index = open(path);
            return new(s, seed, index.Train.Without(unusable))
            {
                Validation = validation == ValidationUse.Shots ? index.Validation.Without(unusable) : null,
            };
        });

    private static SupportDraws Of(
        ImageDataset dataset, IReadOnlyList<int> shots, IReadOnlyList<int> seeds,
        ValidationUse validation, Func<int, int, UnusableImages, SupportDraw> draw)
    {
        if (dataset.Test.Count == 0)
        {
            throw new KedgeException($"Drawing from the data set {dataset.Name} found no test part, on which accuracy is measured: " +
                "lay its photos out as train/CLASS/… and test/CLASS/….");
        }
        if (validation != ValidationUse.None && dataset.Validation.Count == 0)
        {
            throw new KedgeException($"Drawing from the data set {dataset.Name} found no validation part, " +
                "on which hyper-parameters are to be chosen: " +
                "lay its photos out as train/CLASS/…, val/CLASS/… and test/CLASS/…, or choose on none (--validation none).");
        }
        return new(dataset.Name, dataset.Naming, dataset.Test, Draw(UnusableImages.Refused))
        {
            Parts = [dataset.Train, dataset.Validation, dataset.Test],
            Draw = Draw,
        };

        IReadOnlyList<SupportDraw> Draw(UnusableImages unusable)
        {
            var held = dataset.Validation.Without(unusable);
            return [.. shots.SelectMany(s => seeds.Select(seed => draw(s, seed, unusable)))
                .Select(drawn => validation == ValidationUse.Full ? drawn with { Validation = held } : drawn)];
        }
    }
}
