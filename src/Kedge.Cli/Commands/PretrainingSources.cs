using System.CommandLine;
using Kedge.Pretraining;
using Kedge.Pretraining.Scenes;
using Kedge.Tasks;

namespace Kedge.Cli.Commands;

/// <summary>Where <c>pretrain</c> finds images, captions and what to measure.</summary>
internal sealed class PretrainingSources
{
    private readonly Option<string[]> _pairs = new("--pairs")
    {
        Description = "Images and captions, once or more: scenes that `kedge scenes` wrote; a CSV of path and caption; a folder or zip of photos below train/CLASS with --descriptions.",
        HelpName = "path",
        Required = true,
        AllowMultipleArgumentsPerToken = true,
    };
    private readonly Option<string?> _descriptions = new("--descriptions")
    {
        Description = "JSON: for each CLASS its names, hypernyms and gloss, of which captions are made.",
        HelpName = "file",
    };
    private readonly Option<string?> _heldOut = new("--held-out")
    {
        Description = "Photos in a folder a class, to measure at every checkpoint. [default: the val/ folders beside train/CLASS]",
        HelpName = "path",
    };
    private readonly Option<string?> _teacher = new("--text-teacher")
    {
        Description = "Safetensors: another CLIP's text features of many names, which the text tower is drawn to.",
        HelpName = "file",
    };

    public IEnumerable<Option> Options => [_pairs, _descriptions, _heldOut, _teacher];

    public PretrainingData Read(ParseResult parsed)
    {
        var descriptions = parsed.GetValue(_descriptions) is { } file ? ClassDescription.ReadAll(file) : null;
        var (pairs, held, groups) = (new List<CaptionedImage>(), (HeldOutImages?)null, 0);
        foreach (var path in parsed.GetValue(_pairs)!)
        {
            IReadOnlyList<CaptionedImage> read;
            if (Path.GetExtension(path).Equals(".csv", StringComparison.OrdinalIgnoreCase))
            {
                read = CaptionCsv.Read(path);
            }
            else if (SceneFolder.IsAt(path))
            {
                read = SceneFolder.Pairs(path);
            }
            else
            {
                var dataset = DatasetReader.Open(path);
                var described = new DescribedDataset(dataset, descriptions ?? throw new KedgeException(
                    $"'{path}' holds photos of classes, and captions are made of the classes' descriptions: name a file of them (--descriptions)."));
                read = described.Pairs();
                held ??= dataset.Validation.Count > 0 ? new(dataset.Validation, described.Names) : null;
            }
            var before = groups; // groups of different sources are different
            pairs.AddRange(read.Select(pair => pair with { Group = before + pair.Group }));
            groups += read.Max(pair => pair.Group) + 1;
        }
        if (parsed.GetValue(_heldOut) is { } other)
        {
            var dataset = DatasetReader.Open(other);
            held = new(dataset.Validation.Count > 0 ? dataset.Validation : dataset.Train, dataset.ClassNames);
        }
        return new(pairs)
        {
            HeldOut = held,
            Teacher = parsed.GetValue(_teacher) is { } teacher ? TextTeacher.Read(teacher) : null,
        };
    }
}
