using System.Text;
using Kedge.Experiments;
using Kedge.Text;
using static Kedge.Reports.Comparisons.ComparisonTexts;

namespace Kedge.Reports.Comparisons;

/// <summary>
/// The tables of a comparison, in Markdown: for each task accuracies, balanced ones where they differ, differences to
/// the best method, then seconds and the data that hyper-parameters were selected on, then failures.
/// </summary>
internal static class ComparisonTables
{
    public static string Write(IReadOnlyList<ComparisonRow> rows, IReadOnlyList<MethodDifference> differences)
    {
        var text = new StringBuilder();
        foreach (var task in rows.GroupBy(row => row.Task))
            Append(text, [.. task], [.. differences.Where(difference => difference.Task == task.Key)]);
        return text.ToString().TrimEnd('\n') + "\n";
    }

    private static void Append(StringBuilder text, List<ComparisonRow> rows, List<MethodDifference> differences)
    {
        var cells = ComparisonCell.Aggregate(rows).ToDictionary(cell => (cell.Method, cell.Part, cell.Shots));
        string[] methods = [.. rows.Select(row => row.Method).Distinct()];
        (string? Part, int? Shots)[] columns = [.. rows.Select(row => (row.Part, row.Shots)).Distinct()];
        var own = columns.Where(column => column.Part == rows[0].Part).ToArray(); // the fit is theirs

        text.Append($"## {Printable.Escape(rows[0].Task)}\n\n{AccuracyCaption(rows)}\n\n")
            .Append(MarkdownTable.Write(
                [["method", .. columns.Select(column => Heading(column.Part, column.Shots))], .. methods.Select(method => (string[])[
                method, .. columns.Select(column => Accuracy(cells[(method, column.Part, column.Shots)]))])]));
        if (HasBalanced(rows))
        {
            text.Append($"\n{BalancedCaption}\n\n")
                .Append(MarkdownTable.Write(
                    [["method", .. columns.Select(column => Heading(column.Part, column.Shots))], .. methods.Select(method => (string[])[
                    method, .. columns.Select(column => Balanced(cells[(method, column.Part, column.Shots)]))])]));
        }
        if (differences.Count > 0)
        {
            text.Append($"\n{DifferencesCaption}\n\n")
                .Append(MarkdownTable.Write(
                    [["method", .. own.Select(column => Heading(column.Shots))], .. methods.Select(method => (string[])[
                    method, .. own.Select(column => Difference(differences, method, column.Shots))])]));
        }
        text.Append($"\n{SecondsCaption(rows)}\n\n")
            .Append(MarkdownTable.Write(
                [["method", .. own.Select(column => Heading(column.Shots)), "numbers", "chosen on"], .. methods.Select(method => (string[])[
                    method, .. own.Select(column => Seconds(cells[(method, column.Part, column.Shots)])),
                    Numbers(rows.Where(row => row.Method == method)),
                Chosen(own.SelectMany(column => cells[(method, column.Part, column.Shots)].Selections))])]))
            .Append('\n');
        if (rows.Find(row => row.Error is not null) is null)
            return;
        text.Append("Failed:\n\n");
        foreach (var failure in Failures(rows))
            text.Append($"- {Printable.Escape(failure)}\n");
        text.Append('\n');
    }
}
