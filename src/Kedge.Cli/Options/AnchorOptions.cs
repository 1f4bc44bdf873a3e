using System.CommandLine;
using System.Text.Json.Nodes;
using Kedge.Methods;
using Kedge.Text;

namespace Kedge.Cli.Options;

/// <summary>
/// Words given for the anchors of a method, and words excluded from them: its options <c>anchors</c> and <c>ban</c>.
/// </summary>
internal sealed class AnchorOptions
{
    private readonly Option<string?> _anchors = new("--anchors")
    {
        Description = "The words that anchors are made of, one a line; kedge mine writes such a file.",
        HelpName = "file",
    };

    private readonly NameListOption _ban = new("--ban", "Words that are no anchors");

    public void AddTo(Command command)
    {
        command.Add(_anchors);
        foreach (var option in _ban.All)
            command.Add(option);
    }

    /// <summary>Adds the words to the options of a method, and notes which were dropped.</summary>
    /// <exception cref="KedgeException">A file cannot be read or holds no words, the method has no anchors, or the
    /// words are among its options already.</exception>
    public void Read(ParseResult parsed, string method, JsonObject options, TextWriter notes)
    {
        if (parsed.GetValue(_anchors) is { } anchors)
            Put("anchors", "--anchors", WordList.Read(anchors));
        var banned = _ban.Names(parsed);
        if (parsed.GetValue(_ban.File) is { } file)
        {
            var list = WordList.Read(file);
            Put("ban", "--ban-file", banned.Count == 0 ? list : WordList.FromLines([.. banned, .. list.Words], "--ban and --ban-file"));
        }
        else if (banned.Count > 0)
            Put("ban", "--ban", WordList.FromLines(banned, "--ban"));

        void Put(string option, string argument, WordList list)
        {
            if (!MethodCatalog.Default.Create(method).Options.ToJson().TryGetProperty(option, out _))
                throw new KedgeException(
                    $"The method {method} has no option {option}: leave {argument} away, or choose a method with anchors (--method).");
            if (options.ContainsKey(option))
                throw new KedgeException($"The option {option} is given twice, by {argument} and by --option {option}: give it once.");
            if (list.Note is { } note)
                notes.WriteLine($"Note: {note}");
            options[option] = new JsonArray([.. list.Words.Select(word => JsonValue.Create(word))]);
        }
    }
}
