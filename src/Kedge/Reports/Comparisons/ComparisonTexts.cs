using System.Globalization;
using Kedge.Experiments;

namespace Kedge.Reports.Comparisons;

/// <summary>The formatting of a comparison's figures, the same in every kind of report.</summary>
internal static class ComparisonTexts
{
    private const string Nothing = "–";
    private const double SmallestFigure = 0.05; // what tables round to 0.1

    public static string AccuracyCaption(IReadOnlyList<ComparisonRow> rows)
    {
        int[] seeds = [.. rows.Select(row => row.Seed).OfType<int>().Distinct()];
        var spread = seeds.Length > 1 ? $", mean ± sample standard deviation over the seeds {string.Join(", ", seeds)}" : "";
        if (rows[0].Part is null)
            return Invariant($"Top-1 accuracy in per cent on {rows[0].Queries} test images{spread}.") + LeftOut(rows);
        if (rows[0].Part == StreamRows.Last)
            return StreamCaption(rows, spread) + LeftOut(rows);
        var parts = rows.DistinctBy(row => row.Part).Select(row => row.Part == SplitRows.Harmonic
            ? "harmonic, the harmonic mean of both"
            : Invariant($"{row.Part} on {row.Queries} test images"));
        return $"Top-1 accuracy in per cent{spread}: {string.Join("; ", parts)}. " +
            $"Nothing was learned from images of any part but {rows[0].Part}." + LeftOut(rows);
    }

    private static string StreamCaption(IReadOnlyList<ComparisonRow> rows, string spread) =>
        $"Classes arrive over time. Top-1 accuracy in per cent{spread}, on test images of all classes that have arrived: last, after " +
        Invariant($"the last task ({rows[0].Queries} images); mean, over the tasks; after task 1 and so on. In points, means over ") +
        "tasks: forgetting, what was lost of a task's best accuracy (less is better); backward, what tasks gained by those after them; " +
        "forward, what is known of a task's classes by name before it, over zero-shot. Methods that cannot go on from what they have " +
        "learned are fitted anew on a memory of some images a class.";

    private static string LeftOut(IEnumerable<ComparisonRow> rows)
    {
        var texts = rows.Where(row => row.LeftOut > 0).GroupBy(row => row.LeftOut).Select(some => Invariant($"{some.Key}{On(some)}"));
        var counts = string.Join("; ", texts);
        return counts.Length == 0 ? "" : $" Test images left out, as they cannot be read: {counts}.";

        static string On(IEnumerable<ComparisonRow> some) => some.Select(row => row.Part).OfType<string>().Distinct().ToArray() is
        { Length: > 0 } parts ? $" of {string.Join(" and ", parts)}" : "";
    }

    public const string BalancedCaption = "Balanced accuracy in per cent, the mean of the classes' recalls: all classes count alike.";

    /// <summary>
    /// Whether test images are uneven over the classes, so that top-1 does not tell the balanced accuracy.
    /// </summary>
    public static bool HasBalanced(IEnumerable<ComparisonRow> rows) =>
        rows.Any(row => row.BalancedAccuracy is { } balanced && Math.Abs(balanced - row.Accuracy!.Value) > SmallestFigure);

    public static string Balanced(ComparisonCell cell) => cell.BalancedMean is { } mean ? Invariant($"{mean:0.0}") : Nothing;

    public static string DifferencesCaption =>
        "Difference to the best method of each column, in points, with its 95 % interval and two-sided p: " +
        Invariant($"paired bootstrap over the test images, {PairedBootstrap.DefaultResamples:N0} resamples. ") +
        "An interval that holds 0 may be chance. The best was picked on these same test images, p is of each pair alone, " +
        "and the chance of drawing other support images is in neither.";

    public static string SecondsCaption(IReadOnlyList<ComparisonRow> rows)
    {
        if (rows[0].Part == StreamRows.Last)
            return "Seconds for the whole stream, fits and evaluations, features being at hand; how many numbers the last classifier " +
                "consists of; and the data that hyper-parameters were chosen on.";
        int[] atOnce = [.. rows.Where(row => row.Error is null).Select(row => row.Parallelism ?? 1).Distinct().Order()];
        var shared = atOnce is [] or [1]
            ? ""
            : $" Measured with {string.Join(" or ", atOnce)} runs at once, which slow each other: " +
                "not to be held against seconds of a run alone.";
        return Invariant($"Seconds to fit / to classify all {rows[0].Queries} test images, features being at hand; ") +
            $"how many numbers a fitted classifier consists of; and the data that hyper-parameters were chosen on.{shared}";
    }

    public static string Heading(int? shots) => ComparisonTask.DescribeShots(shots);

    /// <summary>"new, 16 shots".</summary>
    public static string Heading(string? part, int? shots) => part is null ? Heading(shots) : $"{part}, {Heading(shots)}";

    public static string Accuracy(ComparisonCell cell)
    {
        if (cell.Mean is not { } mean)
            return "failed";
        var deviation = cell.Deviation is { } points ? Invariant($" ± {points:0.0}") : "";
        return Invariant($"{mean:0.0}{deviation}{(cell.Failed > 0 ? $" ({cell.Finished} of {cell.Finished + cell.Failed})" : "")}");
    }

    public static string Seconds(ComparisonCell cell) =>
        cell.FitSeconds is not { } fit ? Nothing
        : cell.PredictSeconds is { } predict ? Invariant($"{Short(fit)} / {Short(predict)}") : Short(fit);

    /// <summary>"−3.2 [−4.1, −2.3], p 0.012"; "best" for the method that the others are compared with.</summary>
    public static string Difference(IReadOnlyList<MethodDifference> differences, string method, int? shots)
    {
        var column = differences.Where(difference => difference.Shots == shots).ToArray();
        if (Array.Find(column, difference => difference.Method == method)?.Difference is not { } found)
            return column.Any(difference => difference.Best == method) ? "best" : Nothing;
        var p = found.P < 0.001 ? "< 0.001" : found.P.ToString("0.000", CultureInfo.InvariantCulture);
        return Invariant($"{Points(found.Mean)} [{Points(found.Low)}, {Points(found.High)}], p {p}");
    }

    public static string Chosen(IEnumerable<string> selections) => string.Join("; ", selections.Distinct().DefaultIfEmpty(Nothing));

    /// <summary>The range of classifier sizes, in numbers.</summary>
    public static string Numbers(IEnumerable<ComparisonRow> rows)
    {
        long[] sizes = [.. rows.Select(row => row.Numbers).OfType<long>().Distinct().Order()];
        return sizes switch
        {
            [] => Nothing,
            [var one] => Invariant($"{one:N0}"),
            [var least, .., var most] => Invariant($"{least:N0} – {most:N0}"),
        };
    }

    /// <summary>Which methods failed on which draws and why, a line each.</summary>
    public static IEnumerable<string> Failures(IEnumerable<ComparisonRow> rows) => rows.Where(row => row.Error is not null)
        .GroupBy(row => (row.Method, row.Error))
        .Select(failed => $"{failed.Key.Method}, {string.Join("; ", failed.Select(Draw))}: {failed.Key.Error}");

    private static string Draw(ComparisonRow row) =>
        $"{Heading(row.Part, row.Shots)}{(row.Seed is { } seed ? Invariant($", seed {seed}") : "")}";

    private static string Points(double points) => points.ToString("+0.0;−0.0;0.0", CultureInfo.InvariantCulture);

    private static string Short(double seconds) => seconds.ToString(seconds < 10 ? "0.00" : "0", CultureInfo.InvariantCulture);

    private static string Invariant(FormattableString text) => FormattableString.Invariant(text);
}
