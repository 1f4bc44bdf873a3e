using System.CommandLine;
using Kedge.Data;
using Kedge.Data.Captions;
using Kedge.Data.Scenes;
using Kedge.Training.Objectives;

namespace Kedge.Cli.Options;

/// <summary>The training and held-out data of <c>pretrain</c>.</summary>
internal sealed class PretrainingDataOptions
{
    private readonly Option<string[]> _pairs = new("--pairs")
    {
        Description = "Images and captions, once or more: scenes that `kedge scenes` wrote; a CSV of path and caption; " +
            "a folder or zip of photos below train/CLASS with --descriptions. Without any, the text tower alone is trained.",
        HelpName = "path",
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
    private readonly Option<string[]> _teachers = new("--text-teacher")
    {
        Description = "Safetensors, once or more: text features of many names, which the text tower is trained to give.",
        HelpName = "file",
        AllowMultipleArgumentsPerToken = true,
    };

    private readonly Option<string?> _moment = new("--image-moment")
    {
        Description = "Safetensors: the moment of images' features, so that texts are told apart as images tell them.",
        HelpName = "file",
    };

    public IEnumerable<Option> Options => [_pairs, _descriptions, _heldOut, _teachers, _moment];

    public PretrainingData Read(ParseResult parsed)
    {
        var (paths, teachers) = (parsed.GetValue(_pairs) ?? [], parsed.GetValue(_teachers) ?? []);
        if (paths.Length + teachers.Length == 0)
            throw new KedgeException("A training run needs something to train on: give --pairs, --text-teacher, or both.");
        var descriptions = parsed.GetValue(_descriptions) is { } file ? ClassDescription.ReadAll(file) : null;
        var (pairs, held, groups) = (new List<CaptionedImage>(), HeldOut(parsed.GetValue(_heldOut)), 0);
        foreach (var path in paths)
        {
            var (read, beside) = Open(path, descriptions);
            held ??= beside;
            var before = groups; // groups of different sources are different
            pairs.AddRange(read.Select(pair => pair with { Group = before + pair.Group }));
            groups += read.Max(pair => pair.Group) + 1;
        }
        return new(pairs)
        {
            HeldOut = held,
            Teachers = [.. teachers.Select(TeacherTextFeatures.Read)],
            ImageMoment = parsed.GetValue(_moment) is { } moment ? ImageMoment.Read(moment) : null,
        };
    }

    private static (IReadOnlyList<CaptionedImage> Pairs, HeldOutImages? Beside) Open(
        string path, IReadOnlyDictionary<string, ClassDescription>? descriptions)
    {
        if (Path.GetExtension(path).Equals(".csv", StringComparison.OrdinalIgnoreCase))
            return (CaptionCsv.Read(path), null);
        if (SceneFolder.Exists(path))
            return (SceneFolder.Pairs(path), null);
        var dataset = DatasetReader.Open(path);
        var described = new DescribedDataset(dataset, descriptions ?? throw new KedgeException(
            $"'{path}' holds photos of classes, and captions are made of the classes' descriptions: " +
                "name a file of them (--descriptions)."));
        return (described.Pairs(), dataset.Validation.Count > 0 ? new(dataset.Validation, described.Names) : null);
    }

    private static HeldOutImages? HeldOut(string? path)
    {
        if (path is null)
            return null;
        var dataset = DatasetReader.Open(path);
        return new(dataset.Validation.Count > 0 ? dataset.Validation : dataset.Train, dataset.PromptNames);
    }
}
