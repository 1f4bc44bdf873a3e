using System.CommandLine;
using Kedge.Data;
using Kedge.Data.Benchmarks;
using Kedge.Text;

namespace Kedge.Cli.Options;

/// <summary>
/// How --data is interpreted: a path, with its photos beside it or elsewhere, or the name of a benchmark
/// data set below a root folder.
/// </summary>
internal sealed class PhotoSourceOptions
{
    private readonly Option<string?> _images = new("--images")
    {
        Description = "Where the photos of a .csv or .json lie. [default: beside it]",
        HelpName = "folder or zip",
    };

    private readonly Option<string?> _root = new("--root")
    {
        Description = "The folder of the field's data sets, laid out as CoOp does: then --data is a name such as oxford_pets (kedge " +
            "datasets lists them), with its own template.",
        HelpName = "folder",
    };

    private readonly Option<string?> _names = new("--names")
    {
        Description = "Names for classes that are called by ids: lines of an id and a name, CSV, or JSON. " +
            "[default: classnames.txt and the like, in the data's folder or beside it]",
        HelpName = "file",
    };

    private readonly Option<string?> _zipNames = SharedOptions.ZipNames();

    private readonly Option<string?> _folders = new Option<string?>("--folders")
    {
        Description = "What the folders of a folder or zip are, where Kedge asks: classes, or parts (train, val, test) of them. " +
            "[default: told by their names]",
    }.AcceptOnlyFromAmong("classes", "parts");

    private readonly HashSet<string> _noted = [];

    public IEnumerable<Option> All => [_images, _root, _names, _zipNames, _folders];

    public void AddTo(Command command)
    {
        foreach (var option in All)
            command.Add(option);
        command.Validators.Add(result =>
        {
            foreach (var option in (Option[])[_images, _names, _zipNames, _folders])
            {
                if (result.GetResult(_root) is not null && result.GetResult(option) is not null)
                    result.AddError($"{option.Name}: not with --root, below which a data set has its own.");
            }
        });
    }

    /// <summary>Opens what --data names; no photo is read yet.</summary>
    /// <param name="parsed">The arguments.</param>
    /// <param name="data">A value of --data.</param>
    /// <param name="notes">Is told what was left out or assumed, once.</param>
    /// <param name="index">A few-shot index file.</param>
    /// <exception cref="KedgeException">It does not exist, or is incomplete.</exception>
    /// <param name="allowsOne">Whether one class is enough, as beside others that were learned before.</param>
    public ImageDataset Open(ParseResult parsed, string data, TextWriter notes, string? index = null, bool allowsOne = false)
    {
        var dataset = Open(parsed, data, index, allowsOne);
        foreach (var note in dataset.Notes.Where(_noted.Add))
            notes.WriteLine($"Note: {note}");
        return dataset;
    }

    private ImageDataset Open(ParseResult parsed, string data, string? index, bool allowsOne)
    {
        if (Field(parsed, data) is { } field)
            return field.Open(parsed.GetValue(_root)!, index);
        if (!Path.Exists(data) && BenchmarkDataset.All.Any(known => data.Equals(known.Name, StringComparison.OrdinalIgnoreCase)
            || data == known.Folder))
            throw new KedgeException($"There is no data set at {data}, which is the name of one of the field's: " +
                "say where these lie (--root).");
        bool? hasParts = parsed.GetValue(_folders) is { } folders ? folders == "parts" : null;
        return DatasetReader.Open(data, parsed.GetValue(_images), index, parsed.GetValue(_names), parsed.GetValue(_zipNames), hasParts,
            allowsOne);
    }

    /// <summary>The data set's own template; null where it has none.</summary>
    public IReadOnlyList<PromptTemplate>? Templates(ParseResult parsed, string data) =>
        Field(parsed, data) is { } field ? [field.Template] : null;

    private BenchmarkDataset? Field(ParseResult parsed, string data) => parsed.GetValue(_root) is null ? null : BenchmarkDataset.Find(data);
}
