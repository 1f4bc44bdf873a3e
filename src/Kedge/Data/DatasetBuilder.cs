using Kedge.Imaging;

namespace Kedge.Data;

/// <summary>
/// Collects labelled images for an <see cref="ImageDataset"/>, which <see cref="Build"/> checks as a whole.
/// </summary>
/// <param name="origin">The path that the user gave.</param>
/// <param name="classNames">C class names in the order of the labels.</param>
internal sealed class DatasetBuilder(string origin, IReadOnlyList<string> classNames)
{
    private readonly List<LabelledImage>[] _parts = [[], [], []];

    internal void Add(DatasetSplit part, ImageFile image, int label) => _parts[(int)part].Add(new LabelledImage(image, label));

    internal ImageDataset Build()
    {
        if (_parts.All(part => part.Count == 0))
            throw new KedgeException($"{origin} holds no images; expected a folder of photos (jpg, jpeg, png, webp, bmp, " +
                "gif) for each class.");
        if (classNames.Count < 2)
            throw new KedgeException($"{origin} has only one class, '{classNames[0]}'; expected at least two: " +
                "add photos of what it is to be told from.");
        CheckNoClassIsEmpty();
        CheckNoImageTwice();
        var name = Path.GetFileNameWithoutExtension(Path.TrimEndingDirectorySeparator(Path.GetFullPath(origin)));
        return new ImageDataset(name, classNames, _parts[0], _parts[1], _parts[2]);
    }

    private void CheckNoClassIsEmpty()
    {
        var train = _parts[(int)DatasetSplit.Train];
        var images = train.Count > 0 ? train : _parts.SelectMany(part => part);
        var filled = images.Select(image => image.Label).ToHashSet();
        var empty = Enumerable.Range(0, classNames.Count).FirstOrDefault(label => !filled.Contains(label), -1);
        if (empty >= 0)
            throw new KedgeException($"The class '{classNames[empty]}' of {origin} has no {(train.Count > 0 ? "training " : "")}images; " +
                "add some (jpg, jpeg, png, webp, bmp, gif), or take the class away.");
    }

    private void CheckNoImageTwice()
    {
        var partOf = new Dictionary<string, DatasetSplit>(StringComparer.Ordinal);
        foreach (var part in Enum.GetValues<DatasetSplit>())
        {
            foreach (var (image, _) in _parts[(int)part])
            {
                if (!partOf.TryAdd(Path.GetFullPath(image.Name), part))
                    throw new KedgeException($"{origin} has the image {image.Name} twice (parts: {partOf[Path.GetFullPath(image.Name)]}, " +
                        $"{part}); expected every image once: take one of them away.");
            }
        }
    }
}
