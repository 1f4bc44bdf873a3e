using System.CommandLine;
using Kedge.Tasks;
using Kedge.Text;

namespace Kedge.Cli.Options;

/// <summary>The tasks of a comparison: draws from data sets of photos, or files of features.</summary>
internal sealed class ComparisonDataOptions
{
    private readonly Option<string[]> _data = new("--data")
    {
        Description = "Data sets of photos with a test part, each as kedge fit takes it: folders, files, or with --root names.",
        HelpName = "path…",
        AllowMultipleArgumentsPerToken = true,
    };

    private readonly PhotoSourceOptions _source = new();

    private readonly Option<string[]> _tasks = new("--task")
    {
        Description =
            "Instead of photos: files of features, as kedge task writes them. Each is a task of its own, with the shots that it has.",
        HelpName = "file…",
        AllowMultipleArgumentsPerToken = true,
    };

    private readonly Option<string?> _indexes = new("--index-folder")
    {
        Description = "For a CoOp .json: the folder of its few-shot index files shot_S-seed_E.json, which then are the draws.",
        HelpName = "folder",
    };

    private readonly Option<ValidationUse> _validation = ChoiceOption.Create("--validation",
        "What methods may choose hyper-parameters on beside the support images: none; shots, min(S, 4) validation images of each class; " +
            "or full, the whole validation part.", ValidationUse.None);

    private readonly NumberListOption _shots = NumberListOption.Shots();
    private readonly NumberListOption _seeds = NumberListOption.Seeds();
    private readonly Option<string[]> _templates = SharedOptions.Templates();

    public void AddTo(Command command, params IEnumerable<Option> ofPhotos)
    {
        Option[] draws = [_indexes, _shots.Option, _seeds.Option, _templates];
        command.Add(_data);
        _source.AddTo(command);
        command.Add(_tasks);
        foreach (var option in draws)
            command.Add(option);
        command.Add(_validation);
        Option[] idle = [.. _source.All, .. draws, .. ofPhotos];
        command.Validators.Add(result =>
        {
            var isTask = result.GetResult(_tasks) is not null;
            if (isTask == result.GetResult(_data) is not null)
                result.AddError("Give either --data or --task.");
            string[] given = [.. idle.Where(option => result.GetResult(option) is { Implicit: false }).Select(option => option.Name)];
            if (isTask && given.Length > 0)
                result.AddError($"{string.Join(", ", given)}: for photos (--data) only; a task (--task) has its features already.");
            if (result.GetResult(_data)?.Tokens.Count > 1 && result.GetResult(_indexes) is not null)
                result.AddError("--index-folder: for one data set (--data) only, as its files are of one.");
        });
    }

    /// <summary>The paths of tasks; none where photos are given.</summary>
    public IReadOnlyList<string> Tasks(ParseResult parsed) => parsed.GetValue(_tasks) ?? [];

    public ValidationUse Validation(ParseResult parsed) => parsed.GetValue(_validation);

    public IReadOnlyList<PromptTemplate> Templates(ParseResult parsed) => parsed.ReadTemplates(_templates);

    /// <summary>The draws from each data set; no photo is read yet.</summary>
    /// <param name="parsed">The arguments.</param>
    /// <param name="notes">Is told what was left out or assumed.</param>
    /// <param name="firstOnly">Whether methods are fitted on the first data set only and
    /// evaluated on the others.</param>
    public IReadOnlyList<SupportDraws> Draw(ParseResult parsed, TextWriter notes, bool firstOnly)
    {
        var indexes = parsed.GetValue(_indexes);
        var (shots, seeds) = (_shots.Read(parsed), _seeds.Read(parsed));
        var given = parsed.GetValue(_templates) is { Length: > 0 };
        return [.. parsed.GetValue(_data)!.Select(
            (data, place) => Of(data, place) with { Templates = given ? null : _source.Templates(parsed, data) })];

        SupportDraws Of(string data, int place) => firstOnly && place > 0 ? SupportDraws.ForTesting(_source.Open(parsed, data, notes))
            : indexes is null ? SupportDraws.Sample(_source.Open(parsed, data, notes), shots, seeds, Validation(parsed))
            : SupportDraws.Read(index => _source.Open(parsed, data, notes, index), indexes, shots, seeds, Validation(parsed));
    }
}
