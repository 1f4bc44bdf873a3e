using System.CommandLine;
using Kedge.Cli.Options;
using Kedge.Cli.Output;
using Kedge.Reports.Records;
using Kedge.Text;

namespace Kedge.Cli.Commands;

/// <summary><c>kedge tokenize</c>: tokenizes lines of text. Loads no model.</summary>
internal sealed class TokenizeCommand : KedgeCommand
{
    private readonly Option<int> _contextLength = RangedOption.AtLeast(2, new Option<int>("--context-length")
    {
        Description = "The most ids a line, start and end included.",
        HelpName = "count",
        DefaultValueFactory = _ => ClipTokenizer.DefaultContextLength,
    });

    private readonly Option<bool> _truncate = new("--truncate") { Description = "Cut longer lines instead of refusing them." };
    private readonly Option<bool> _json = SharedOptions.Json();

    public TokenizeCommand(Terminal terminal)
        : base(terminal, "tokenize", "Turns each line of standard input into CLIP's token ids, with start and end.",
            "echo 'a photo of a dog.' | kedge tokenize")
    {
        Add(_contextLength);
        Add(_truncate);
        Add(_json);
    }

    protected override void Run(ParseResult parsed)
    {
        for (var line = 1; Terminal.In.ReadLine() is { } text; line++)
        {
            if (text.Contains('\ufffd'))
                throw new KedgeException($"Line {line} of standard input is not UTF-8, or has a replacement character; give it as UTF-8.");
            var ids = ClipTokenizer.Default.Encode(text, parsed.GetValue(_contextLength), parsed.GetValue(_truncate));
            if (parsed.GetValue(_json))
                Terminal.Out.WriteJson(new TokensRecord(text, ids));
            else
                Terminal.Out.WriteLine(string.Join(' ', ids));
        }
    }
}
