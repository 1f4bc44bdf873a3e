using Kedge.Experiments;
using Kedge.Reports.Pages;

namespace Kedge.Reports.Comparisons;

/// <summary>A comparison as a page for people: one HTML file with its figures inside, without scripts.</summary>
internal static class ComparisonPage
{
    internal const string Style = "comparison-page.css";

    /// <summary>Writes the page, completely or not at all.</summary>
    /// <param name="path">The file; one that exists is replaced.</param>
    /// <param name="report">The results of the comparison.</param>
    /// <param name="curves">For names of tasks, the curve of accuracy against shots as an <c>svg</c> element, which is
    /// put in as it is; tasks may lack one.</param>
    /// <exception cref="KedgeException">The file cannot be written; nothing of it stays.</exception>
    public static void Write(string path, ComparisonReport report, IReadOnlyDictionary<string, string>? curves = null)
    {
        ArgumentNullException.ThrowIfNull(report);
        HtmlPage.Write(path, Title(report), [Style], Body(report, curves));
    }

    internal static Html Body(ComparisonReport report, IReadOnlyDictionary<string, string>? curves)
    {
        var tasks = report.Rows.GroupBy(row => row.Task).Select(rows => new TaskSection([.. rows],
            [.. report.Differences.Where(difference => difference.Task == rows.Key)], ClassNames(report, rows.Key))
            .Render(curves?.GetValueOrDefault(rows.Key)));
        return Html.Of($"""
            <dl class="facts">
            <dt>command</dt><dd><code>{report.CommandLine}</code></dd>
            {Fact("model", report.Models)}
            {Fact("data", report.Comparison.Tasks.GroupBy(task => task.Name).Select(draws => Data(draws.First())))}
            {Fact("shots", [Shots(report)])}
            {Fact("seeds", [report.Seeds])}
            {Fact("templates", report.Templates.DefaultIfEmpty("unknown"))}
            {Fact("made with", [$"Kedge {ComparisonReport.Version}"])}
            </dl>
            <p>Methods were given the support sets alone, some labelled images of each class. Test images gave the accuracies and chose nothing.</p>
            {tasks}
            """);
    }

    private static string Title(ComparisonReport report)
    {
        string[] tasks = [.. report.Rows.Select(row => row.Task).Distinct()];
        var methods = report.Comparison.Methods.Count;
        return $"{methods} {(methods == 1 ? "method" : "methods")} on {(tasks is [var one] ? one : $"{tasks.Length} tasks")}";
    }

    private static Html Fact(string name, IEnumerable<string> values) =>
        Html.Of($"<dt>{name}</dt>{values.Select(value => Html.Of($"<dd>{value}</dd>"))}");

    private static string Data(ComparisonTask task) =>
        FormattableString.Invariant($"{task.Name}: {task.Task.Classes.Count} classes, {task.Query.Count} test images");

    private static string Shots(ComparisonReport report) =>
        string.Join(", ", report.Comparison.Tasks.Select(task => task.Shots).Distinct().Select(shots => shots is { } even
            ? $"{even}"
            : "uneven"));

    private static IReadOnlyList<string> ClassNames(ComparisonReport report, string task) =>
        report.Comparison.Tasks.First(draw => draw.Name == task).Task.Classes.Names;
}
