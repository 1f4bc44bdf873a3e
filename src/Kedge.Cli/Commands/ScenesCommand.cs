using System.CommandLine;
using Kedge.Cli.Options;
using Kedge.Cli.Output;
using Kedge.Data.Scenes;
using Kedge.Reports.Records;

namespace Kedge.Cli.Commands;

/// <summary><c>kedge scenes</c>: generates small captioned pictures.</summary>
internal sealed class ScenesCommand : KedgeCommand
{
    private readonly Option<int> _count = RangedOption.AtLeast(1, new Option<int>("--count")
    {
        Description = "How many pictures.",
        HelpName = "count",
        Required = true,
    });
    private readonly Option<int> _seed = new("--seed")
    {
        Description = "Another seed gives other pictures.",
        HelpName = "number",
        DefaultValueFactory = _ => 1,
    };
    private readonly Option<string> _output = new("--out") { Description = "A new or empty folder.", HelpName = "folder", Required = true };
    private readonly Option<SceneSplit> _split = ChoiceOption.Create(
        "--split", "Scenes for training, or single objects that those never show: of new combinations of colour and shape, " +
            "or of new shapes, in a folder a class.", SceneSplit.Training);
    private readonly Option<int> _resolution = new("--resolution")
    {
        Description = "Pixels a side, 32 to 512.",
        HelpName = "pixels",
        DefaultValueFactory = _ => 64,
    };
    private readonly Option<bool> _json = SharedOptions.Json();

    public ScenesCommand(Terminal terminal)
        : base(terminal, "scenes", "Draws small captioned pictures of coloured shapes, to train and test on without photos.",
            "kedge scenes --count 1000 --seed 1 --out scenes")
    {
        Option[] options = [_count, _seed, _output, _split, _resolution, _json];
        foreach (var option in options)
            Add(option);
        _resolution.Validators.Add(result =>
        {
            if (result.GetValueOrDefault<int>() is < 32 or > 512)
                result.AddError($"--resolution is {result.GetValueOrDefault<int>()}; expected 32 to 512 pixels.");
        });
    }

    protected override void Run(ParseResult parsed)
    {
        var (count, folder) = (parsed.GetValue(_count), parsed.GetValue(_output)!);
        var generator = new SceneGenerator(parsed.GetValue(_split), parsed.GetValue(_seed), parsed.GetValue(_resolution));
        using (var progress = new ProgressLine(Terminal))
            SceneFolder.Write(generator, count, folder, progress.Counting("Drawing scenes", count), Terminal.Cancellation);
        if (parsed.GetValue(_json))
            Terminal.Out.WriteJson(new ScenesRecord(folder, count, ChoiceOption.Word(generator.Split), generator.ClassNames));
        else
            Terminal.Out.WriteFacts(("scenes", $"{count:N0} in {folder}, listed in {SceneFolder.Manifest}"),
                ("classes", generator.ClassNames.Count == 0 ? "captions, no classes" : generator.ClassNames.Count));
    }
}
