using System.Text;

namespace Kedge.Text;

/// <summary>
/// Items with commas between, as a row of CSV has them: one in quotes may hold commas, and quotes that are doubled.
/// </summary>
internal static class CommaList
{
    /// <summary>The items, trimmed.</summary>
    /// <param name="text">Such as <c>"kite, bird of prey",dog</c>.</param>
    /// <param name="argument">Where it is from, for messages.</param>
    /// <exception cref="KedgeException">A quote has no end, or something follows it.</exception>
    internal static List<string> Split(string text, string argument)
    {
        List<string> items = [];
        for (var at = 0; at <= text.Length; at++) // passes over the comma
        {
            at += text.AsSpan(at).Length - text.AsSpan(at).TrimStart().Length;
            if (at < text.Length && text[at] == '"')
                items.Add(Quoted(text, argument, ref at));
            else
            {
                var end = text.IndexOf(',', at) is var comma and >= 0 ? comma : text.Length;
                items.Add(text[at..end].TrimEnd());
                at = end;
            }
        }
        return items;
    }

    private static string Quoted(string text, string argument, ref int at)
    {
        var item = new StringBuilder();
        for (at++; at < text.Length; at++)
        {
            if (text[at] != '"')
                item.Append(text[at]);
            else if (at + 1 < text.Length && text[at + 1] == '"')
                item.Append(text[at++]);
            else
                break;
        }
        var rest = at < text.Length ? text.AsSpan(at + 1).TrimStart() : "\0";
        if (rest is not ([] or [',', ..]))
            throw new KedgeException($"{argument} has the list {text}, in which a quote has no end; " +
                "expected names with commas between, and quotes around a whole name that has commas.");
        at = text.Length - rest.Length;
        return item.ToString().Trim();
    }
}
