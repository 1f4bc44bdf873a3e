using System.CommandLine;
using Kedge.Cli.Options;
using Kedge.Cli.Output;
using Kedge.Tasks;
using Kedge.Text;

namespace Kedge.Cli.Commands;

/// <summary><c>kedge task</c>: encodes a data set of photos as a task of features.</summary>
internal sealed class TaskCommand : KedgeCommand
{
    private readonly Option<string> _output = SharedOptions.Output("The task to write, a safetensors file.");
    private readonly Option<string?> _words = new("--words")
    {
        Description = $"A file with a word a line, whose features are the anchors. [default: Kedge's {OpenWords.All.Count} open words]",
        HelpName = "file",
    };
    private readonly Option<bool> _json = SharedOptions.Json();
    private readonly DataOptions _data = new();
    private readonly DrawOptions _draw = new();
    private readonly ModelOptions _model = new();
    private readonly EncodingOptions _encoding = new();

    public TaskCommand(Terminal terminal)
        : base(terminal, "task", "Writes photos as a task of features, which fit and evaluate take in their place (--task).",
            "kedge task --data photos --shots 16 --out photos.safetensors")
    {
        _data.AddTo(this);
        Add(_output);
        _draw.AddTo(this);
        Add(_words);
        _model.AddTo(this);
        _encoding.AddTo(this);
        Add(_json);
    }

    protected override void Run(ParseResult parsed)
    {
        var path = parsed.GetValue(_output)!;
        OutputFile.Check(path);
        var options = _draw.Read(parsed, _data.Templates(parsed));
        var words = parsed.GetValue(_words) is { } file ? TextLines.Read(file) : OpenWords.All;
        var dataset = _data.Open(parsed, Terminal.Error, _draw.Index(parsed));
        using var clip = _model.Load(parsed, Terminal.Error);
        using var progress = new ProgressLine(Terminal);
        var encoder = new TaskEncoder(clip, _encoding.Context(parsed, Terminal, _model, progress));
        using var task = encoder.EncodeFeatureTask(dataset, options, words, Terminal.Cancellation);
        progress.Dispose();
        task.Save(path);
        Terminal.Out.WriteFeatureTask(path, task, parsed.GetValue(_json));
    }

    protected override string Kept(ParseResult parsed) => _encoding.Kept(parsed);
}
