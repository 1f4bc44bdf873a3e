using System.Text;
using static Kedge.Evaluation.ComparisonTexts;

namespace Kedge.Evaluation;

/// <summary>The tables of a comparison, in Markdown: for each task accuracies, how far each method is from the best, then seconds and what data chose the hyper-parameters, then failures.</summary>
internal static class ComparisonTables
{
    public static string Of(IReadOnlyList<ComparisonRow> rows, IReadOnlyList<MethodDifference> differences)
    {
        var text = new StringBuilder();
        foreach (var task in rows.GroupBy(row => row.Task))
            Append(text, [.. task], [.. differences.Where(difference => difference.Task == task.Key)]);
        return text.ToString().TrimEnd('\n') + "\n";
    }

    private static void Append(StringBuilder text, List<ComparisonRow> rows, List<MethodDifference> differences)
    {
        var cells = ComparisonCell.Of(rows).ToDictionary(cell => (cell.Method, cell.Shots));
        string[] methods = [.. rows.Select(row => row.Method).Distinct()];
        int?[] shots = [.. rows.Select(row => row.Shots).Distinct()];
        string[] headings = ["method", .. shots.Select(Heading)];

        text.Append($"## {rows[0].Task}\n\n{AccuracyCaption(rows)}\n\n")
            .Append(MarkdownTable.Of([headings, .. methods.Select(method => (string[])[method, .. shots.Select(s => Accuracy(cells[(method, s)]))])]));
        if (differences.Count > 0)
        {
            text.Append($"\n{DifferencesCaption}\n\n")
                .Append(MarkdownTable.Of([headings, .. methods.Select(method => (string[])[method, .. shots.Select(s => Difference(differences, method, s))])]));
        }
        text.Append($"\n{SecondsCaption(rows)}\n\n")
            .Append(MarkdownTable.Of([[.. headings, "chosen on"], .. methods.Select(method => (string[])[
                method, .. shots.Select(s => Seconds(cells[(method, s)])), Chosen(shots.SelectMany(s => cells[(method, s)].Selections))])]))
            .Append('\n');
        if (rows.Find(row => row.Error is not null) is null)
            return;
        text.Append("Failed:\n\n");
        foreach (var failure in Failures(rows))
            text.Append($"- {failure}\n");
        text.Append('\n');
    }
}
