using System.Text;

namespace Kedge.Text;

/// <summary>
/// Pre-tokenisation: splits a normalised text into the pieces within which BPE merges. Equivalent to matching
/// <c>&lt;\|startoftext\|>|&lt;\|endoftext\|>|'s|'t|'re|'ve|'m|'ll|'d|[\p{L}]+|[\p{N}]|[^\s\p{L}\p{N}]+</c>, over code
/// points: .NET's regular expressions see surrogates where letters are beyond U+FFFF.
/// </summary>
internal static class TextPieces
{
    internal const string Start = "<|startoftext|>";
    internal const string End = "<|endoftext|>";

    private static readonly string[] Fixed = [Start, End, "'s", "'t", "'re", "'ve", "'m", "'ll", "'d"];

    private enum Kind { Letter, Number, Space, Other }

    internal static IEnumerable<string> Split(string text)
    {
        for (var at = 0; at < text.Length;)
        {
            var length = FixedAt(text, at);
            if (length == 0)
            {
                var kind = KindAt(text, at, out length);
                while (kind != Kind.Number && at + length < text.Length && KindAt(text, at + length, out var next) == kind)
                    length += next;
                if (kind == Kind.Space)
                {
                    at += length;
                    continue;
                }
            }
            yield return text.Substring(at, length);
            at += length;
        }
    }

    private static int FixedAt(string text, int at)
    {
        if (text[at] is '\'' or '<')
        {
            foreach (var piece in Fixed)
            {
                if (string.CompareOrdinal(text, at, piece, 0, piece.Length) == 0)
                    return piece.Length;
            }
        }
        return 0;
    }

    private static Kind KindAt(string text, int at, out int length)
    {
        Rune.DecodeFromUtf16(text.AsSpan(at), out var rune, out length);
        return Rune.IsLetter(rune) ? Kind.Letter
            : Rune.IsNumber(rune) ? Kind.Number
            : Rune.IsWhiteSpace(rune) ? Kind.Space
            : Kind.Other;
    }
}
