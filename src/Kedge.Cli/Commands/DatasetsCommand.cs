using System.CommandLine;
using Kedge.Cli.Options;
using Kedge.Cli.Output;
using Kedge.Reports.Records;

namespace Kedge.Cli.Commands;

/// <summary><c>kedge datasets</c>: the eleven benchmark data sets, and which of them are present.</summary>
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
        : base(terminal, "datasets", "Lists the eleven data sets of the field's protocol: what is expected where, and what is found.",
            "kedge datasets --root data")
    {
        Add(_root);
        Add(_json);
    }

    protected override void Run(ParseResult parsed) =>
        Terminal.Out.WriteDatasets(BenchmarkDatasetRecord.Find(parsed.GetValue(_root)!), parsed.GetValue(_json));
}
