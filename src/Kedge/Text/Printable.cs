using System.Globalization;
using System.Text;

namespace Kedge.Text;

/// <summary>
/// Names from files as a terminal or page may show them: characters that would move the cursor, change colours, begin
/// a line or turn the direction of writing become their codes, as JSON has them: <c>\u001b</c>.
/// </summary>
internal static class Printable
{
    /// <summary>The text with codes for such characters; the text itself where it has none.</summary>
    /// <param name="text">Any text.</param>
    /// <param name="keepLines">Whether line feeds and tabs stay.</param>
    internal static string Escape(string text, bool keepLines = false)
    {
        if (!text.Any(c => IsUnsafe(c, keepLines)))
            return text;
        var escaped = new StringBuilder(text.Length);
        foreach (var c in text)
        {
            if (IsUnsafe(c, keepLines))
                escaped.Append(CultureInfo.InvariantCulture, $"\\u{(int)c:x4}");
            else
                escaped.Append(c);
        }
        return escaped.ToString();
    }

    /// <summary>Control characters, separators of lines and paragraphs, and those that turn the direction.</summary>
    private static bool IsUnsafe(char c, bool keepLines) => c switch
    {
        '\n' or '\t' => !keepLines,
        '\u061c' or '\u200e' or '\u200f' or (>= '\u2028' and <= '\u202e') or (>= '\u2066' and <= '\u2069') or '\ufeff' => true,
        _ => char.IsControl(c),
    };
}
