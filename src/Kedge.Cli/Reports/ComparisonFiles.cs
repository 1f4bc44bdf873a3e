using Kedge.Cli.Output;
using Kedge.Experiments;
using Kedge.FewShot;
using Kedge.Reports.Comparisons;

namespace Kedge.Cli.Reports;

/// <summary>All result files of a comparison.</summary>
internal static class ComparisonFiles
{
    public const string Page = "report.html";

    /// <summary>
    /// Writes the results, the page about them and each task's curve, every file completely or not at all.
    /// </summary>
    /// <param name="report">The results of the comparison.</param>
    /// <param name="folder">A folder that is there; files of the same names are replaced.</param>
    /// <exception cref="KedgeException">A file cannot be written; nothing of it stays.</exception>
    public static void Write(ComparisonReport report, string folder)
    {
        report.Write(folder);
        ComparisonPage.Write(Path.Combine(folder, Page), report, Curves(report, folder));
    }

    /// <summary>Writes each task's curve as PNG, and gives it as SVG by the task's name.</summary>
    /// <exception cref="KedgeException">A file cannot be written; nothing of it stays.</exception>
    public static IReadOnlyDictionary<string, string> Curves(ComparisonReport report, string folder)
    {
        string[] baselines = [.. report.Comparison.Methods.Where(method => !method.Method.Requires.HasFlag(TaskParts.Support))
            .Select(method => method.Text)];
        var curves = new Dictionary<string, string>();
        foreach (var cells in ComparisonCell.Aggregate(report.Rows.Where(row => row.Part is null)).GroupBy(cell => cell.Task))
        {
            if (ShotsCurve.Draw([.. cells], baselines) is { } curve)
                Write(cells.Key, curve);
        }
        foreach (var cells in ComparisonCell.Aggregate(report.Rows.Where(row => StreamRows.TaskOf(row.Part) is not null))
            .Select(cell => cell with { Shots = StreamRows.TaskOf(cell.Part) }).GroupBy(cell => cell.Task))
        {
            if (ShotsCurve.Draw([.. cells], [], CurveAxis.Tasks) is { } curve)
                Write(cells.Key, curve);
        }
        return curves;

        void Write(string task, ShotsCurve curve)
        {
            curves[task] = curve.Svg();
            OutputFile.WriteBytes(Path.Combine(folder, $"accuracy-{FileName(task)}.png"), curve.Png());
        }
    }

    /// <summary>A task's name as a part of a file's.</summary>
    private static string FileName(string task) => string.Join('_', task.Split(['/', '\\', .. Path.GetInvalidFileNameChars()]));
}
