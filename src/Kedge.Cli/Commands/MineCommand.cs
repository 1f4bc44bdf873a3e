using System.CommandLine;
using Kedge.Cli.Options;
using Kedge.Cli.Output;
using Kedge.Reports.Records;
using Kedge.Text;

namespace Kedge.Cli.Commands;

/// <summary><c>kedge mine</c>: ranks words as candidate anchors.</summary>
internal sealed class MineCommand : KedgeCommand
{
    private const int DefaultTop = 64; // as many as rtos starts from by default

    private readonly DataOptions _data = new();
    private readonly DrawOptions _draw = new();
    private readonly Option<string?> _words = new("--words")
    {
        Description = $"The words to rank, one a line. [default: {OpenWords.Nouns.Count:N0} nouns of WordNet]",
        HelpName = "file",
    };
    private readonly Option<int> _top = RangedOption.AtLeast(1, new Option<int>("--top")
    {
        Description = "The best words to show, and to write.",
        HelpName = "count",
        DefaultValueFactory = _ => DefaultTop,
    });
    private readonly Option<string?> _output = new("--out")
    {
        Description = "A file for these words, one a line, as kedge fit --anchors takes them.",
        HelpName = "file",
    };
    private readonly Option<bool> _json = SharedOptions.Json();
    private readonly ModelOptions _model = new();
    private readonly EncodingOptions _encoding = new();

    public MineCommand(Terminal terminal)
        : base(terminal, "mine", "Ranks words by how much each would help RTOS as an anchor, to pick or ban some.",
            "kedge mine --data photos --shots 16 --out anchors.txt")
    {
        _data.AddTo(this);
        Add(_words);
        Add(_top);
        Add(_output);
        _draw.AddTo(this);
        _model.AddTo(this);
        _encoding.AddTo(this);
        Add(_json);
    }

    protected override void Run(ParseResult parsed)
    {
        var output = parsed.GetValue(_output);
        if (output is not null)
            OutputFile.Check(output);
        var options = _draw.Read(parsed, _data.Templates(parsed));
        var words = parsed.GetValue(_words) is { } file ? WordList.Read(file) : WordList.FromLines(OpenWords.Nouns, "the nouns of WordNet");
        var dataset = _data.Open(parsed, Terminal.Error, _draw.Index(parsed));
        words = words.WithoutClassNames(dataset.PromptNames);
        if (words.Note is { } note)
            Terminal.Error.WriteLine($"Note: {note}");
        using var clip = _model.Load(parsed, Terminal.Error);
        using var progress = new ProgressLine(Terminal);
        var context = _encoding.Context(parsed, Terminal, _model, progress);
        var gains = ImageAnchors.Rank(clip, dataset, words.Words, options, mining: null, context, progress, Terminal.Cancellation);
        progress.Dispose();
        var ranking = AnchorRankingRecord.From(dataset.Name, clip.Name, options, gains, parsed.GetValue(_top));
        if (output is not null)
            OutputFile.WriteLines(output, ranking.Words.Select(gain => gain.Word));
        Terminal.Out.WriteAnchorRanking(ranking, parsed.GetValue(_json));
    }

    protected override string Kept(ParseResult parsed) => _encoding.Kept(parsed);
}
