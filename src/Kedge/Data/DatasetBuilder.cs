using Kedge.Imaging;
using Kedge.Text;

namespace Kedge.Data;

/// <summary>
/// Collects labelled images for an <see cref="ImageDataset"/>, which <see cref="Build"/> checks as a whole.
/// </summary>
/// <param name="origin">The path that the user gave.</param>
/// <param name="classes">C classes in the order of the labels.</param>
internal sealed class DatasetBuilder(string origin, ClassNaming classes)
{
    private readonly List<LabelledImage>[] _parts = [[], [], []];

    internal void Add(DatasetSplit part, ImageFile image, int label) => _parts[(int)part].Add(new LabelledImage(image, label));

    /// <summary>The data set.</summary>
    /// <param name="notes">What was left out or assumed, in sentences.</param>
    internal ImageDataset Build(params IReadOnlyList<string> notes)
    {
        if (_parts.All(part => part.Count == 0))
            throw new KedgeException($"{origin} holds no images; expected a folder of photos (jpg, jpeg, png, webp, bmp, " +
                "gif) for each class." + After(notes));
        var linked = LeaveOutLinked();
        CheckNoClassIsEmpty(notes);
        var name = Path.GetFileNameWithoutExtension(Path.TrimEndingDirectorySeparator(Path.GetFullPath(origin)));
        string?[] found = [.. notes, linked, .. classes.Notes, classes.NoteAlike()];
        return new ImageDataset(name, classes.Names, _parts[0], _parts[1], _parts[2])
        {
            ClassIds = classes.Ids,
            PromptNames = classes.PromptNames,
            Notes = [.. found.OfType<string>()],
        };
    }

    private void CheckNoClassIsEmpty(IReadOnlyList<string> notes)
    {
        var train = _parts[(int)DatasetSplit.Train];
        var images = train.Count > 0 ? train : _parts.SelectMany(part => part);
        var filled = images.Select(image => image.Label).ToHashSet();
        var empty = Enumerable.Range(0, classes.Names.Count).FirstOrDefault(label => !filled.Contains(label), -1);
        if (empty >= 0)
            throw new KedgeException($"The class '{classes.Names[empty]}' of {origin} has no " +
                $"{(train.Count > 0 ? "training " : "")}images; add some (jpg, jpeg, png, webp, bmp, gif), or take the class " +
                $"away.{After(notes)}");
    }

    /// <summary>What was left out may be what is missing.</summary>
    private static string After(IReadOnlyList<string> notes) => string.Concat(notes.Select(note => $" {note}"));

    /// <summary>Leaves out what a link leads to again in the same class and part; refuses every other image that comes
    /// twice.</summary>
    private string? LeaveOutLinked()
    {
        var known = new Dictionary<string, (DatasetSplit Part, LabelledImage Image)>(StringComparer.Ordinal);
        var linked = new List<string>();
        foreach (var part in Enum.GetValues<DatasetSplit>())
            _parts[(int)part].RemoveAll(image => !known.TryAdd(image.Image.Identity, (part, image)) && IsLinked(image, part));
        return linked.Count == 0 ? null
            : $"{linked.Count} images of {origin} are links to others of their class, and count once: '{linked[0]}' first.";

        bool IsLinked(LabelledImage image, DatasetSplit part)
        {
            var (before, first) = known[image.Image.Identity];
            if ((part, image.Label) == (before, first.Label) && Path.GetFullPath(image.Image.Name) != Path.GetFullPath(first.Image.Name))
            {
                linked.Add(image.Image.Name);
                return true;
            }
            throw new KedgeException($"{origin} has the image {image.Image.Name} twice (parts: {before}, {part}); " +
                "expected every image once: take one of them away.");
        }
    }
}
