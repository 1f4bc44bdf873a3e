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

    public IEnumerable<Option> All => [_images, _root];

    public void AddTo(Command command)
    {
        foreach (var option in All)
            command.Add(option);
        command.Validators.Add(result =>
        {
            if (result.GetResult(_root) is not null && result.GetResult(_images) is not null)
                result.AddError("--images: not with --root, below which a data set has its own.");
        });
    }

    /// <summary>Opens what --data names; no photo is read yet.</summary>
    /// <exception cref="KedgeException">It does not exist, or is incomplete.</exception>
    public ImageDataset Open(ParseResult parsed, string data, string? index = null)
    {
        if (Field(parsed, data) is { } field)
            return field.Open(parsed.GetValue(_root)!, index);
        if (!Path.Exists(data) && BenchmarkDataset.All.Any(known => data.Equals(known.Name, StringComparison.OrdinalIgnoreCase)
            || data == known.Folder))
            throw new KedgeException($"There is no data set at {data}, which is the name of one of the field's: " +
                "say where these lie (--root).");
        return DatasetReader.Open(data, parsed.GetValue(_images), index);
    }

    /// <summary>The data set's own template; null where it has none.</summary>
    public IReadOnlyList<PromptTemplate>? Templates(ParseResult parsed, string data) =>
        Field(parsed, data) is { } field ? [field.Template] : null;

    private BenchmarkDataset? Field(ParseResult parsed, string data) => parsed.GetValue(_root) is null ? null : BenchmarkDataset.Find(data);
}
