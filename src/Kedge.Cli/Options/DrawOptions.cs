using System.CommandLine;
using System.Globalization;
using Kedge.Tasks;
using Kedge.Text;

namespace Kedge.Cli.Options;

/// <summary>The draw of the support set, the number of views, and the prompt templates.</summary>
internal sealed class DrawOptions
{
    private static readonly TaskOptions Defaults = new();

    private readonly Option<string?> _index = new("--index")
    {
        Description =
            "For a CoOp .json: the few-shot index file that picks its images; all of them are learned from, unless --shots says otherwise.",
        HelpName = "file",
    };

    private readonly Option<ShotCount> _shots = new("--shots")
    {
        Description = "Photos to learn from for each class, at most, or all.",
        HelpName = "count",
        DefaultValueFactory = _ => new(Defaults.Shots),
        CustomParser = result =>
        {
            var text = result.Tokens.Single().Value;
            var isNumber = int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var shots) && shots >= 1;
            if (!isNumber && text != "all")
                result.AddError($"--shots is {text}: it must be a number from 1, or all.");
            return new(isNumber ? shots : null);
        },
    };

    private readonly Option<bool> _exactly = new("--exactly") { Description = "Refuse a class with fewer photos than --shots." };

    private readonly Option<int> _seed = new("--seed")
    {
        Description = "Decides which photos are drawn.",
        HelpName = "number",
        DefaultValueFactory = _ => Defaults.Seed,
    };

    private readonly Option<string[]> _templates = SharedOptions.Templates();

    private readonly Option<int> _views = RangedOption.AtLeast(1, new Option<int>("--views")
    {
        Description = "Views of each photo to learn from: the photo, and random crops of it.",
        HelpName = "count",
        DefaultValueFactory = _ => Defaults.Views,
    });

    public IEnumerable<Option> All => [_index, _shots, _exactly, _seed, _templates, _views];

    public void AddTo(Command command)
    {
        foreach (var option in All)
            command.Add(option);
    }

    public string? Index(ParseResult parsed) => parsed.GetValue(_index);

    /// <summary>The options of the draw; the method is left at its default.</summary>
    /// <param name="parsed">The arguments.</param>
    /// <param name="templates">The data set's own templates, taken where none is given; null
    /// for the default one.</param>
    public ImageClassifierOptions Read(ParseResult parsed, IReadOnlyList<PromptTemplate>? templates) => new()
    {
        Shots = Shots(parsed),
        ExactShots = parsed.GetValue(_exactly),
        Seed = parsed.GetValue(_seed),
        Templates = parsed.ReadTemplates(_templates, templates),
        Views = parsed.GetValue(_views),
    };

    /// <summary>All where an index file defines the support set already.</summary>
    private int? Shots(ParseResult parsed) =>
        Index(parsed) is not null && parsed.GetResult(_shots) is null or { Implicit: true } ? null : parsed.GetValue(_shots).Number;

    /// <summary>A number of shots; null is all.</summary>
    private readonly record struct ShotCount(int? Number)
    {
        public override string ToString() => Number?.ToString(CultureInfo.InvariantCulture) ?? "all";
    }
}
