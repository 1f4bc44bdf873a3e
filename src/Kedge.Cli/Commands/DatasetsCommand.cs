using System.CommandLine;
using Kedge.Cli.Options;
using Kedge.Cli.Output;
using Kedge.Data.Benchmarks;

namespace Kedge.Cli.Commands;

/// <summary><c>kedge datasets</c>: the field's eleven data sets, and which of them are at hand.</summary>
internal sealed class DatasetsCommand : KedgeCommand
{
    private readonly Option<string> _root = new("--root")
    {
        Description = "The folder that holds the data sets' folders, as CoOp lays them out.",
        HelpName = "folder",
        DefaultValueFactory = _ => ".",
    };
    private readonly Option<bool> _json = SharedOptions.Json();

    public DatasetsCommand(Terminal terminal)
        : base(terminal, "datasets", "Lists the eleven data sets of the field's protocol: what is expected where, and what is found.", "kedge datasets --root data")
    {
        Add(_root);
        Add(_json);
    }

    protected override void Run(ParseResult parsed)
    {
        var root = parsed.GetValue(_root)!;
        (FieldDataset Dataset, string? Lack)[] found = [.. FieldDataset.All.Select(dataset => (dataset, Lack(dataset, root)))];
        if (parsed.GetValue(_json))
        {
            Terminal.Out.WriteJson(found.Select(entry => new
            {
                entry.Dataset.Name,
                path = Path.Combine(root, entry.Dataset.Folder),
                classes = entry.Dataset.ClassCount,
                entry.Dataset.Train,
                entry.Dataset.Validation,
                entry.Dataset.Test,
                template = entry.Dataset.Template.Text,
                whole = entry.Lack is null,
                entry.Lack,
            }));
            return;
        }
        Terminal.Out.WriteLine($"{"data set",-14}{"classes",8}{"train",11}{"val",8}{"test",8}  found");
        foreach (var (dataset, lack) in found)
        {
            Terminal.Out.WriteLine(FormattableString.Invariant(
                $"{dataset.Name,-14}{dataset.ClassCount,8:N0}{dataset.Train,11:N0}{dataset.Validation,8:N0}{dataset.Test,8:N0}  {(lack is null ? "whole" : lack)}"));
        }
    }

    private static string? Lack(FieldDataset dataset, string root)
    {
        try
        {
            dataset.Open(root);
            return null;
        }
        catch (KedgeException e)
        {
            return e.Message;
        }
    }
}
