using System.Buffers;
using System.Globalization;
using System.Text;

namespace Kedge.Text.Cleaning;

/// <summary>
/// Text normalisation of CLIP's reference implementation, before pre-tokenisation: mend Unicode as ftfy does (<see
/// cref="UnicodeFixes"/>), unescape HTML twice, collapse white space, lower-case.
/// </summary>
internal static class TextCleaning
{
    /// <summary>ASCII that prints, without the ampersand: nothing of it is to be mended.</summary>
    private static readonly SearchValues<char> Plain =
        SearchValues.Create([.. Enumerable.Range(' ', 95).Select(code => (char)code).Where(c => c != '&')]);

    internal static string Clean(string text)
    {
        if (text.AsSpan().ContainsAnyExcept(Plain))
            text = HtmlEntities.Decode(HtmlEntities.Decode(UnicodeFixes.Fix(text)));
        return Lower(CollapseSpace(text));
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
