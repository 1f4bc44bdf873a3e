using Kedge.Text;

namespace Kedge.Data.Benchmarks;

/// <summary>
/// One of the eleven benchmark data sets of few-shot classification with CLIP, in the disk layout of CoOp (Zhou et al.
/// 2022, arXiv 2109.01134). Counts are those of CoOp's protocol.
/// </summary>
/// <param name="Name">Its name in tables.</param>
/// <param name="Folder">Its folder, relative to the root of all data sets.</param>
/// <param name="Images">The folder of its images, relative to its own.</param>
/// <param name="List">The file that defines its splits, relative to its own folder.</param>
/// <param name="ClassCount">C.</param>
/// <param name="Train">Training images.</param>
/// <param name="Validation">Validation images; 0 where the protocol has none.</param>
/// <param name="Test">Test images.</param>
/// <param name="Template">Its prompt template.</param>
internal sealed record BenchmarkDataset(
    string Name, string Folder, string Images, string List, int ClassCount, int Train, int Validation, int Test, PromptTemplate Template)
{
    /// <summary>All eleven, in the usual order of published tables.</summary>
    public static IReadOnlyList<BenchmarkDataset> All { get; } =
    [
        Create("ImageNet", "imagenet", "images", "classnames.txt", 1000, 1_281_167, 0, 50_000, "a photo of a {}."),
        Create("Caltech101", "caltech-101", "101_ObjectCategories", "split_zhou_Caltech101.json",
            100, 4_128, 1_649, 2_465, "a photo of a {}."),
        Create("OxfordPets", "oxford_pets", "images", "split_zhou_OxfordPets.json",
            37, 2_944, 736, 3_669, "a photo of a {}, a type of pet."),
        Create("StanfordCars", "stanford_cars", ".", "split_zhou_StanfordCars.json", 196, 6_509, 1_635, 8_041, "a photo of a {}."),
        Create("Flowers102", "oxford_flowers", "jpg", "split_zhou_OxfordFlowers.json",
            102, 4_093, 1_633, 2_463, "a photo of a {}, a type of flower."),
        Create("Food101", "food-101", "images", "split_zhou_Food101.json", 101, 50_500, 20_200, 30_300, "a photo of {}, a type of food."),
        Create("FGVCAircraft", "fgvc_aircraft", "images", "images_variant_train.txt",
            100, 3_334, 3_333, 3_333, "a photo of a {}, a type of aircraft."),
        Create("SUN397", "sun397", "SUN397", "split_zhou_SUN397.json", 397, 15_880, 3_970, 19_850, "a photo of a {}."),
        Create("DTD", "dtd", "images", "split_zhou_DescribableTextures.json", 47, 2_820, 1_128, 1_692, "{} texture."),
        Create("EuroSAT", "eurosat", "2750", "split_zhou_EuroSAT.json", 10, 13_500, 5_400, 8_100, "a centered satellite photo of {}."),
        Create("UCF101", "ucf101", "UCF-101-midframes", "split_zhou_UCF101.json",
            101, 7_639, 1_898, 3_783, "a photo of a person doing {}."),
    ];

    /// <summary>Finds a data set by its name or folder, such as OxfordPets or oxford_pets; case, hyphens and
    /// underscores are ignored.</summary>
    /// <param name="name">A name or folder of <see cref="All"/>.</param>
    /// <exception cref="KedgeException">There is none of that name; the message suggests the nearest.</exception>
    public static BenchmarkDataset Find(string name) =>
        All.FirstOrDefault(dataset => dataset.Distance(name) == 0) ?? throw new KedgeException(
            $"There is no data set '{name}' among the field's eleven: nearest are " +
                $"{string.Join(" and ", All.OrderBy(dataset => dataset.Distance(name)).Take(2).Select(dataset => dataset.Name))}; " +
            $"there are {string.Join(", ", All.Select(dataset => dataset.Name))}.");

    /// <summary>Opens the data set and checks that it is complete. No image is read yet.</summary>
    /// <param name="root">The folder that holds the folders of all data sets.</param>
    /// <param name="fewShotIndex">
    /// For data sets with a split file: a few-shot index file of it (<c>shot_4-seed_1.json</c>), whose images alone
    /// become the training and validation splits.
    /// </param>
    /// <returns>The data set, with the protocol's splits and class names; its name is <see cref="Name"/>.</returns>
    /// <exception cref="KedgeException">Something is missing, or counts are not the protocol's; the message says what
    /// was expected where.</exception>
    public ImageDataset Open(string root, string? fewShotIndex = null)
    {
        var folder = Path.Combine(root, Folder);
        var (list, images) = (Path.Combine(folder, List), Path.GetFullPath(Path.Combine(folder, Images)));
        var isSplit = List.EndsWith(".json", StringComparison.Ordinal);
        Require(Directory.Exists(folder), folder, "a folder");
        Require(File.Exists(list), list, isSplit ? "CoOp's split file" : "the list that comes with the data set");
        Require(Directory.Exists(images), images, $"the folder of its {Train + Validation + Test:N0} images");
        if (fewShotIndex is not null && !isSplit)
            throw new KedgeException($"{Name} has no split file, and the few-shot index {fewShotIndex} needs one: leave it out.");
        var dataset = List switch
        {
            "classnames.txt" => ImageNetFolders.Read(list, images),
            "images_variant_train.txt" => AircraftLists.Read(folder, images),
            _ => DatasetReader.Open(list, images),
        };
        var whole = Checked(dataset, folder);
        return (fewShotIndex is null ? whole : DatasetReader.Open(list, images, fewShotIndex)) with { Name = Name };
    }

    private int Distance(string name) =>
        Math.Min(NearestNames.Distance(Plain(Name), Plain(name)), NearestNames.Distance(Plain(Folder), Plain(name)));

    private static string Plain(string name) => string.Concat(name.Where(char.IsLetterOrDigit)).ToLowerInvariant();

    private void Require(bool there, string path, string what)
    {
        if (!there)
            throw new KedgeException($"{Name} is not whole: there is no {path}; expected {what}.");
    }

    private ImageDataset Checked(ImageDataset dataset, string folder)
    {
        var found = (dataset.ClassNames.Count, dataset.Train.Count, dataset.Validation.Count, dataset.Test.Count);
        return found == (ClassCount, Train, Validation, Test)
            ? dataset
            : throw new KedgeException($"{Name} in {folder} has {Describe(found)}; " +
                $"the protocol's has {Describe((ClassCount, Train, Validation, Test))}: get it again." +
                string.Concat(dataset.Notes.Select(note => $" {note}")));
    }

    private static string Describe((int Classes, int Train, int Validation, int Test) counts) =>
        FormattableString.Invariant(
            $"{counts.Classes:N0} classes, {counts.Train:N0} training, {counts.Validation:N0} validation and {counts.Test:N0} test images");

    private static BenchmarkDataset Create(
        string name, string folder, string images, string list, int classes, int train, int validation, int test, string template) =>
        new(name, folder, images, list, classes, train, validation, test, new PromptTemplate(template));
}
