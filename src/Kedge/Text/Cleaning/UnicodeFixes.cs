using System.Text;
using System.Text.RegularExpressions;

namespace Kedge.Text.Cleaning;

/// <summary>
/// What ftfy 6 (https://github.com/rspeer/python-ftfy) mends by default, line by line until nothing changes: HTML
/// entities, C1 controls, Latin ligatures, widths, curly quotes, halves of surrogate pairs, terminal escapes, control
/// characters, canonical composition. Not done: text that was decoded with the wrong encoding.
/// </summary>
internal static partial class UnicodeFixes
{
    /// <summary>Bounds the time for text that is escaped again and again.</summary>
    private const int MaxPasses = 16;

    internal static string Fix(string text)
    {
        var (mended, mayHaveEntities) = (new StringBuilder(text.Length), true);
        foreach (var line in text.Split('\n'))
        {
            mayHaveEntities &= !line.Contains('<', StringComparison.Ordinal); // else it is HTML; ftfy leaves the lines after it, too
            mended.Append(mended.Length > 0 ? "\n" : "").Append(FixLine(line, mayHaveEntities));
        }
        return mended.ToString();
    }

    private static string FixLine(string line, bool mayHaveEntities)
    {
        for (var pass = 0; pass < MaxPasses; pass++)
        {
            var text = mayHaveEntities ? HtmlEntities.DecodeClosed(line) : line;
            text = Composition.Compose(FixCharacters(TerminalEscape().Replace(text, "")));
            if (text == line)
                break;
            line = text;
        }
        return line;
    }

    private static string FixCharacters(string text)
    {
        var mended = new StringBuilder(text.Length);
        foreach (var c in text)
        {
            if (!IsRemoved(c))
                mended.Append(Replacement(Windows1252.Of(c) ?? c));
        }
        return mended.ToString();
    }

    /// <summary>
    /// Control characters but white space, deprecated format characters, interlinear annotations, the object
    /// replacement character, the byte order mark.
    /// </summary>
    private static bool IsRemoved(char c) =>
        c is (< ' ' and not ('\t' or '\n' or '\f' or '\r')) or '\x7f' or (>= '\u206a' and <= '\u206f') or '\ufeff'
            or (>= '\ufff9' and <= '\ufffc');

    private static string Replacement(char c) => c switch
    {
        'ʼ' or (>= '‘' and <= '‛') => "'",
        >= '“' and <= '‟' => "\"",
        'Ĳ' => "IJ",
        'ĳ' => "ij",
        'ŉ' => "'n",
        'Ǳ' => "DZ",
        'ǲ' => "Dz",
        'ǳ' => "dz",
        'Ǆ' => "DŽ",
        'ǅ' => "Dž",
        'ǆ' => "dž",
        'Ǉ' => "LJ",
        'ǈ' => "Lj",
        'ǉ' => "lj",
        'Ǌ' => "NJ",
        'ǋ' => "Nj",
        'ǌ' => "nj",
        'ﬀ' => "ff",
        'ﬁ' => "fi",
        'ﬂ' => "fl",
        'ﬃ' => "ffi",
        'ﬄ' => "ffl",
        'ﬅ' => "ſt",
        'ﬆ' => "st",
        _ => CharacterWidths.Standard(c) ?? c.ToString(),
    };

    [GeneratedRegex(@"\x1b\[[\d;]*[a-zA-Z]")]
    private static partial Regex TerminalEscape();
}
