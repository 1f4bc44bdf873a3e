using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;

namespace Kedge.Text.Cleaning;

/// <summary>
/// Character references of HTML (the HTML Living Standard, section 13.5: 2,231 names in <c>html-entities.txt</c>).
/// </summary>
internal static partial class HtmlEntities
{
    private const int MaxDigits = 8; // more are beyond Unicode
    private const int LastPoint = 0x10ffff;

    private static readonly Dictionary<string, string> Names = ReadNames();
    private static readonly Dictionary<string, string> Capitals = FindCapitals();

    /// <summary>
    /// Decodes as browsers do, once: a name without its semicolon too (<c>&amp;notit</c> is <c>¬it</c>), as Python's
    /// <c>html.unescape</c>.
    /// </summary>
    internal static string Decode(string text) => text.Contains('&', StringComparison.Ordinal)
        ? Any().Replace(text, match => match.ValueSpan[1] == '#' ? Number(match.Value[2..].TrimEnd(';')) : Longest(match.Value))
        : text;

    /// <summary>
    /// Decodes what ends in its semicolon, once, names of letters in capitals too (<c>&amp;NTILDE;</c>): what is
    /// unlikely to be meant as it stands.
    /// </summary>
    internal static string DecodeClosed(string text) => text.Contains('&', StringComparison.Ordinal)
        ? Closed().Replace(text, match => match.ValueSpan[1] != '#'
            ? Names.GetValueOrDefault(match.Value[1..]) ?? Capitals.GetValueOrDefault(match.Value[1..]) ?? match.Value
            : Decode(match.Value) is var decoded && decoded.Contains(';', StringComparison.Ordinal) ? match.Value : decoded)
        : text;

    private static string Longest(string reference)
    {
        for (var length = reference.Length; length > 2; length--) // the ampersand and at least two letters
        {
            if (Names.TryGetValue(reference[1..length], out var characters))
                return characters + reference[length..];
        }
        return reference;
    }

    private static string Number(string digits)
    {
        var isHexadecimal = digits[0] is 'x' or 'X';
        var significant = digits.TrimStart('x', 'X').TrimStart('0');
        var style = isHexadecimal ? NumberStyles.AllowHexSpecifier : NumberStyles.None;
        var point = significant.Length == 0 ? 0
            : significant.Length > MaxDigits ? LastPoint + 1
            : (int)Math.Min(long.Parse(significant, style, CultureInfo.InvariantCulture), LastPoint + 1);
        return point switch
        {
            0 or > LastPoint or (>= 0xd800 and <= 0xdfff) => "\ufffd",
            '\r' => "\r",
            _ when Windows1252.Of(point) is { } character => character.ToString(),
            _ when IsNoCharacter(point) => "",
            _ => new Rune(point).ToString(),
        };
    }

    private static bool IsNoCharacter(int point) =>
        point is < '\t' or '\v' or (> '\r' and < ' ') or '\x7f' or (>= 0xfdd0 and <= 0xfdef) || (point & 0xfffe) == 0xfffe;

    private static Dictionary<string, string> ReadNames()
    {
        using var table = typeof(HtmlEntities).Assembly.GetManifestResourceStream("html-entities.txt")!;
        using var reader = new StreamReader(table);
        var names = new Dictionary<string, string>(2231);
        while (reader.ReadLine() is { } line) // "NotEqualTilde; 2242 0338"
        {
            var fields = line.Split(' ');
            names.Add(fields[0], string.Concat(fields[1..].Select(field => char.ConvertFromUtf32(int.Parse(field, NumberStyles.HexNumber,
                CultureInfo.InvariantCulture)))));
        }
        return names;
    }

    /// <summary>Names in capitals that are no names and do not begin with one, and what they stand for.</summary>
    private static Dictionary<string, string> FindCapitals() => Names.Keys
        .Where(name => name.EndsWith(';') && !name.Any(char.IsUpper))
        .Select(name => (Name: name, Capitals: name.ToUpperInvariant()))
        .Where(pair => Longest('&' + pair.Capitals) == '&' + pair.Capitals)
        .ToDictionary(pair => pair.Capitals, pair => UpperCase(Names[pair.Name]));

    /// <summary>Unicode's full upper-case mapping of a named character: .NET's, and the two letters it lacks.</summary>
    private static string UpperCase(string character) => character switch
    {
        "ß" => "SS",
        "ı" => "I",
        _ => character.ToUpperInvariant(),
    };

    [GeneratedRegex(@"&(#[0-9]+;?|#[xX][0-9a-fA-F]+;?|[^\t\n\f <&#;]{1,32};?)")]
    private static partial Regex Any();

    [GeneratedRegex(@"&#?[0-9A-Za-z]{1,24};")]
    private static partial Regex Closed();
}
