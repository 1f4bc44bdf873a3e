using System.CommandLine;
using System.CommandLine.Parsing;
using Kedge.Data;
using Kedge.Text;

namespace Kedge.Cli.Options;

/// <summary>Where labelled photos are, or, in their place, their features.</summary>
internal sealed class DataOptions
{
    private readonly Option<string?> _data = new("--data")
    {
        Description = "A folder or zip with a folder of photos for each class, perhaps below train, val and test; " +
            "a .csv (path,label,split); a CoOp .json; or with --root a name.",
        HelpName = "path",
    };

    private readonly PhotoSourceOptions _source = new();

    private readonly Option<string?> _task = new("--task")
    {
        Description = "Instead of photos: a file of features, as kedge task writes it.",
        HelpName = "file",
    };

    /// <summary>For a command that takes photos alone.</summary>
    public void AddTo(Command command)
    {
        _data.Required = true;
        command.Add(_data);
        _source.AddTo(command);
    }

    /// <summary>For a command that takes photos or a task, and where some options are for photos alone.</summary>
    public void AddWithTaskTo(Command command, params IEnumerable<Option> ofPhotos)
    {
        command.Add(_data);
        _source.AddTo(command);
        command.Add(_task);
        Option[] idle = [.. _source.All, .. ofPhotos];
        command.Validators.Add(result =>
        {
            var isTask = result.GetResult(_task) is not null;
            if (isTask == result.GetResult(_data) is not null)
                result.AddError("Give either --data or --task.");
            string[] given = [.. idle.Where(option => result.GetResult(option) is { Implicit: false }).Select(option => option.Name)];
            if (isTask && given.Length > 0)
                result.AddError($"{string.Join(", ", given)}: for photos (--data) only; a task (--task) has its features already.");
        });
    }

    /// <summary>The path of the photos.</summary>
    public string Path(ParseResult parsed) => parsed.GetValue(_data)!;

    /// <summary>Opens the photos' data set; no photo is read yet.</summary>
    public ImageDataset Open(ParseResult parsed, TextWriter notes, string? index = null) =>
        _source.Open(parsed, Path(parsed), notes, index);

    /// <summary>Classes that are learned beside others: one is enough.</summary>
    public ImageDataset OpenTask(ParseResult parsed, TextWriter notes) => _source.Open(parsed, Path(parsed), notes, allowsOne: true);

    /// <summary>The data set's own template; null where it has none.</summary>
    public IReadOnlyList<PromptTemplate>? Templates(ParseResult parsed) => _source.Templates(parsed, Path(parsed));

    /// <summary>The path of the task; null where photos are given.</summary>
    public string? Task(ParseResult parsed) => parsed.GetValue(_task);

    /// <inheritdoc cref="Task(ParseResult)"/>
    public string? Task(CommandResult result) => result.GetValue(_task);
}
