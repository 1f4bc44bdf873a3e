using System.Text;
using System.Text.Json;
using Kedge.Experiments;
using Kedge.Reports.Records;
using Kedge.Tensors;

namespace Kedge.Reports.Comparisons;

/// <summary>
/// The results of a comparison as files: <c>results.md</c> to read, <c>results.csv</c> and
/// <c>results.json</c> to parse.
/// </summary>
/// <param name="Comparison">What was compared.</param>
/// <param name="Rows">What its run returned.</param>
/// <param name="CommandLine">The command that reproduces the results, printed with them.</param>
internal sealed record ComparisonReport(Comparison Comparison, IReadOnlyList<ComparisonRow> Rows, string CommandLine)
{
    private static readonly JsonSerializerOptions Indented = new(ComparisonLog.Format) { WriteIndented = true };

    internal static string Version => typeof(ComparisonReport).Assembly.GetName().Version!.ToString(fieldCount: 3);

    internal IEnumerable<string> Models =>
        Comparison.Tasks.Select(task => $"{task.Model} (fingerprint {task.ModelFingerprint})").Distinct();

    internal string[] Templates => [.. Comparison.Tasks.SelectMany(task => task.Task.Classes.Templates).Distinct()];

    internal string Seeds => string.Join(
        ", ", Comparison.Tasks.Select(task => task.Seed).OfType<int>().Distinct().Select(seed => $"{seed}").DefaultIfEmpty("unknown"));

    /// <summary>Each method compared with the best of its task and number of shots.</summary>
    public IReadOnlyList<MethodDifference> Differences { get; } = MethodDifference.Compute(Rows);

    /// <summary>The tables in Markdown, which read well as plain text too.</summary>
    public string Tables => ComparisonTables.Write(Rows, Differences);

    /// <summary>Writes the three files, each completely or not at all.</summary>
    /// <param name="folder">A folder that is there; files of the same names are replaced.</param>
    /// <exception cref="KedgeException">A file cannot be written; nothing of it stays.</exception>
    public void Write(string folder)
    {
        Write(Path.Combine(folder, "results.md"), Markdown());
        Write(Path.Combine(folder, "results.csv"), Csv());
        Write(Path.Combine(folder, "results.json"), Json());
    }

    private static void Write(string path, string text)
    {
        var bytes = Encoding.UTF8.GetBytes(text);
        AtomicFile.Write(path, stream => stream.Write(bytes), bytes.Length);
    }

    private string Markdown() => $"""
        # Comparison

            {CommandLine}

        - Kedge {Version}
        - model: {string.Join("; ", Models)}
        - seeds: {Seeds}
        - templates: {string.Join("; ", Templates.DefaultIfEmpty("unknown"))}

        Methods were given the support sets alone. Test images gave the accuracies and chose nothing.

        {Tables}
        """;

    private string Csv()
    {
        var parts = Rows.Any(row => row.Part is not null);
        var text =
            new StringBuilder($"method,task,{(parts ? "part," : "")}shots,seed,accuracy,balanced_accuracy,fit_seconds,")
                .Append("predict_seconds,selection,error,left_out\n");
        foreach (var row in Rows)
        {
            object?[] cells = [row.Method, row.Task, .. parts ? [row.Part] : Array.Empty<object?>(),
                row.Shots, row.Seed, row.Accuracy, row.BalancedAccuracy, row.FitSeconds, row.PredictSeconds, row.Selection, row.Error,
                row.LeftOut];
            text.Append(CsvRow.Write(cells)).Append('\n');
        }
        return text.ToString();
    }

    private string Json() => JsonSerializer.Serialize(
        new { CommandLine, Kedge = Version, Models, Templates, Cells = ComparisonCell.Aggregate(Rows), Differences, Rows },
        Indented) + "\n";
}
