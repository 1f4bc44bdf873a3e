using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace Kedge.Tests.Architecture;

/// <summary>A line that is too wide.</summary>
/// <param name="Number">The line, from 1.</param>
/// <param name="Columns">Its columns.</param>
/// <param name="Most">How many it may have.</param>
internal sealed record WideLine(int Number, int Columns, int Most);

/// <summary>
/// Finds lines that are too wide. What raw and verbatim texts take does not count: they cannot be broken.
/// </summary>
internal static class WideLines
{
    public static IEnumerable<WideLine> Find(string source, int most, int mostOfDocumentation)
    {
        var lines = source.Split('\n');
        var wide = lines.Select((line, i) => new WideLine(i + 1, line.Length, Limit(line)))
            .Where(line => line.Columns > line.Most).ToList();
        if (wide.Count == 0)
            return [];
        var unbroken = UnbrokenColumns(source, lines.Length);
        return wide.Where(line => line.Columns - unbroken[line.Number - 1] > line.Most);

        int Limit(string line) => line.AsSpan().TrimStart().StartsWith("///") ? mostOfDocumentation : most;
    }

    /// <summary>How many columns of each line are of texts that cannot be broken.</summary>
    private static int[] UnbrokenColumns(string source, int lineCount)
    {
        var tree = CSharpSyntaxTree.ParseText(source);
        var text = tree.GetText();
        var columns = new int[lineCount];
        foreach (var span in tree.GetRoot().DescendantNodesAndTokens().Where(IsUnbroken).Select(found => found.Span))
        {
            for (var line = text.Lines.IndexOf(span.Start); line <= text.Lines.IndexOf(span.End); line++)
                columns[line] += text.Lines[line].Span.Intersection(span)!.Value.Length;
        }
        return columns;
    }

    private static bool IsUnbroken(SyntaxNodeOrToken found)
    {
        var start = found.AsNode() is InterpolatedStringExpressionSyntax text ? text.StringStartToken.Text
            : found.IsToken && found.Parent is LiteralExpressionSyntax ? found.AsToken().Text
            : "";
        return start.Contains("\"\"\"", StringComparison.Ordinal)
            || start.StartsWith('@') || start.StartsWith("$@", StringComparison.Ordinal);
    }
}
