namespace Kedge.Data.Captions;

/// <summary>A data set whose classes have ids, with dictionary entries of its classes.</summary>
internal sealed class DescribedDataset
{
    private readonly ImageDataset _dataset;
    private readonly ClassDescription[] _descriptions;

    /// <summary>Joins a data set with descriptions of its classes.</summary>
    /// <param name="dataset">C classes with their ids.</param>
    /// <param name="descriptions">Descriptions by id; superfluous ones are ignored.</param>
    /// <exception cref="KedgeException">A class has no description.</exception>
    public DescribedDataset(ImageDataset dataset, IReadOnlyDictionary<string, ClassDescription> descriptions)
    {
        var without = dataset.ClassIds.Where(id => !descriptions.ContainsKey(id)).ToList();
        if (without.Count > 0)
        {
            throw new KedgeException($"Of the {dataset.ClassIds.Count} classes of {dataset.Name}, {without.Count} have no description, " +
                $"'{without[0]}' first: " +
                "add them to the descriptions, or take the classes away.");
        }
        (_dataset, _descriptions) = (dataset, [.. dataset.ClassIds.Select(id => descriptions[id])]);
    }

    /// <summary>Distinct names of the C classes: each class's first name that no earlier class has.</summary>
    /// <exception cref="KedgeException">A class has no name of its own.</exception>
    public IReadOnlyList<string> Names
    {
        get
        {
            var names = new List<string>();
            foreach (var (description, id) in _descriptions.Zip(_dataset.ClassIds))
            {
                names.Add(description.Names.FirstOrDefault(name => !names.Contains(name))
                    ?? throw new KedgeException($"The class {id} of {_dataset.Name} has no name that no class before it has: " +
                        "give it another in the descriptions."));
            }
            return names;
        }
    }

    /// <summary>The training images with the captions of their classes; each class is a group.</summary>
    public IReadOnlyList<CaptionedImage> Pairs()
    {
        IReadOnlyList<string>[] captions = [.. _descriptions.Select(description => description.Captions())];
        return [.. _dataset.Train.Select(image => new CaptionedImage(image.Image, captions[image.Label], image.Label))];
    }
}
