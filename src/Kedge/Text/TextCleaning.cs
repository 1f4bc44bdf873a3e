using System.Buffers;
using System.Globalization;
using System.Net;
using System.Text;

namespace Kedge.Text;

/// <summary>
/// Text normalisation of CLIP's reference implementation, before pre-tokenisation: fix Unicode (ftfy), unescape HTML
/// (twice), collapse white space, lower-case. Of ftfy this implements what is unambiguous (straight quotes, ligatures,
/// full-width ASCII, control characters, canonical composition), not the repair of text decoded with the wrong
/// encoding. HTML entities are those of HTML 4, which end in a semicolon.
/// </summary>
internal static class TextCleaning
{
    private static readonly SearchValues<char> Ascii = SearchValues.Create([.. Enumerable.Range(' ', 95).Select(code => (char)code)]);

    internal static string Clean(string text) =>
        Composition.Compose(Lower(CollapseSpace(WebUtility.HtmlDecode(WebUtility.HtmlDecode(FixUnicode(text))))));

    private static string FixUnicode(string text)
    {
        if (!text.AsSpan().ContainsAnyExcept(Ascii))
            return text;
        var mended = new StringBuilder(text.Length);
        foreach (var c in text)
        {
            _ = c switch
            {
                'ʼ' or (>= '‘' and <= '‛') => mended.Append('\''),
                >= '“' and <= '‟' => mended.Append('"'),
                >= '\uff01' and <= '\uff5e' => mended.Append((char)(c - 0xfee0)), // full-width ASCII
                'ﬀ' => mended.Append("ff"),
                'ﬁ' => mended.Append("fi"),
                'ﬂ' => mended.Append("fl"),
                'ﬃ' => mended.Append("ffi"),
                'ﬄ' => mended.Append("ffl"),
                '\ufeff' or '\x7f' or (< ' ' and not (>= '\t' and <= '\r')) => mended, // byte order marks, control characters
                _ => mended.Append(c),
            };
        }
        return mended.ToString();
    }

    private static string CollapseSpace(string text)
    {
        var collapsed = new StringBuilder(text.Length);
        foreach (var c in text)
        {
            if (!char.IsWhiteSpace(c))
                collapsed.Append(c);
            else if (collapsed.Length > 0 && collapsed[^1] != ' ')
                collapsed.Append(' ');
        }
        return collapsed.ToString().TrimEnd(' ');
    }

    /// <summary>
    /// Unicode's full lower-case mapping: .NET's invariant one, corrected for the two letters where it differs.
    /// </summary>
    private static string Lower(string text)
    {
        var letters = text.ToLowerInvariant().ToCharArray();
        for (var i = text.IndexOf('Σ', StringComparison.Ordinal); i >= 0; i = text.IndexOf('Σ', i + 1))
            letters[i] = LetterFollows(text, i, step: -1) && !LetterFollows(text, i, step: 1) ? 'ς' : 'σ';
        return new string(letters).Replace("İ", "i\u0307", StringComparison.Ordinal);
    }

    /// <summary>
    /// Whether a letter follows in a direction, case-ignorable characters skipped (Unicode's Final_Sigma condition).
    /// </summary>
    private static bool LetterFollows(string text, int from, int step)
    {
        var at = from + step;
        while (at >= 0 && at < text.Length && IsCaseIgnorable(text[at]))
            at += step;
        return at >= 0 && at < text.Length && char.IsLetter(text[at]);
    }

    private static bool IsCaseIgnorable(char c) =>
        c is '\'' or '.' or ':' or '·' || char.GetUnicodeCategory(c) is UnicodeCategory.NonSpacingMark or UnicodeCategory.EnclosingMark
            or UnicodeCategory.Format or UnicodeCategory.ModifierLetter or UnicodeCategory.ModifierSymbol;
}
