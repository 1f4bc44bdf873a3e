using System.CommandLine;
using System.Text.Json;
using System.Text.Json.Nodes;
using Kedge.FewShot;
using Kedge.Methods;

namespace Kedge.Cli.Options;

/// <summary>A method of the catalog and its options.</summary>
internal sealed class MethodSelectionOptions
{
    private readonly Option<string> _name;

    private readonly Option<string[]> _options = new("--option")
    {
        Description = "An option of the method, as key=value; may be given again.",
        HelpName = "key=value",
        Validators =
        {
            result =>
            {
                foreach (var token in result.Tokens.Where(token => token.Value.IndexOf('=', StringComparison.Ordinal) < 1))
                    result.AddError($"--option is {token.Value}: it must be key=value.");
            },
        },
    };

    private readonly AnchorOptions _anchors = new();

    /// <param name="names">The methods to choose from; <see langword="null"/> is all.</param>
    /// <param name="defaultName">The default; <see langword="null"/> is that of fits.</param>
    public MethodSelectionOptions(IEnumerable<string>? names = null, string? defaultName = null) => _name = new("--method")
    {
        Description = $"How to learn: {string.Join(", ", names ?? MethodCatalog.Default.Names)}.",
        HelpName = "name",
        DefaultValueFactory = _ => defaultName ?? new ImageClassifierOptions().Method.Name,
    };

    public void AddTo(Command command)
    {
        command.Add(_name);
        command.Add(_options);
        _anchors.AddTo(command);
    }

    /// <summary>The method with its options.</summary>
    /// <exception cref="KedgeException">There is no such method or option, or a file of words
    /// cannot be used.</exception>
    public FewShotMethod Read(ParseResult parsed, TextWriter notes)
    {
        var options = new JsonObject();
        foreach (var pair in parsed.GetValue(_options) ?? [])
        {
            var end = pair.IndexOf('=', StringComparison.Ordinal);
            options[pair[..end]] = MethodOptions.ParseValue(pair[(end + 1)..]);
        }
        var method = parsed.GetValue(_name)!;
        _anchors.Read(parsed, method, options, notes);
        return MethodCatalog.Default.Create(method, JsonSerializer.SerializeToElement(options));
    }
}
