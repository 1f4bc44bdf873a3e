namespace Kedge.Experiments;

/// <summary>
/// A method compared with the best one on a task at a number of shots. The best was selected on the same test images,
/// so that its accuracy is slightly biased upwards.
/// </summary>
/// <param name="Task">The task's name.</param>
/// <param name="Shots">S; <see langword="null"/> where classes have different numbers.</param>
/// <param name="Method">The method.</param>
/// <param name="Best">The method of the highest mean accuracy; of equal ones the first.</param>
/// <param name="Draws">Draws of the support set that both finished.</param>
/// <param name="Difference">The accuracy of <paramref name="Method"/> minus that of
/// <paramref name="Best"/>: mostly below 0.</param>
internal sealed record MethodDifference(string Task, int? Shots, string Method, string Best, int Draws, PairedDifference Difference)
{
    private const int Seed = 0;

    /// <summary>
    /// Compares each method with the best of its task and number of shots by <see cref="PairedBootstrap"/>, where rows
    /// hold which images were classified correctly.
    /// </summary>
    /// <param name="rows">The rows of a comparison.</param>
    /// <returns>
    /// Nothing for the best itself, for rows of earlier versions and of further splits, and for methods that have no
    /// draw in common with the best.
    /// </returns>
    public static IReadOnlyList<MethodDifference> Compute(IEnumerable<ComparisonRow> rows) =>
        [.. rows.GroupBy(row => (row.Task, row.Shots))
            .SelectMany(group => Compute([.. group.Where(row => row.Part == group.First().Part)]))];

    private static IEnumerable<MethodDifference> Compute(List<ComparisonRow> rows)
    {
        if (ComparisonCell.Aggregate(rows).Where(cell => cell.Mean is not null).MaxBy(cell => cell.Mean)?.Method is not { } best)
            return [];
        var answers = rows.Where(row => row is { Error: null, Correct: not null })
            .ToLookup(row => row.Method, row => (row.Key with { Item2 = "" }, row.Correct!, row.Queries));
        var bests = answers[best].ToDictionary(row => row.Item1, row => CorrectnessBits.Read(row.Item2, row.Queries));
        if (bests.Values.Select(right => right.Length).Distinct().Count() != 1)
            return []; // a resample is of the same images for all draws
        var pairs = answers.Where(method => method.Key != best)
            .Select(method => (Method: method.Key, Rows: method.Where(row => bests.ContainsKey(row.Item1)).ToArray()))
            .Where(method => method.Rows.Length > 0).ToArray();
        if (pairs.Length == 0)
            return [];
        var differences = PairedBootstrap.Compare(
            [.. pairs.Select(pair => (
                (IReadOnlyList<IReadOnlyList<bool>>)[.. pair.Rows.Select(row => CorrectnessBits.Read(row.Item2, row.Queries))],
                (IReadOnlyList<IReadOnlyList<bool>>)[.. pair.Rows.Select(row => bests[row.Item1])]))],
            PairedBootstrap.DefaultResamples, Seed);
        return pairs.Zip(differences, (pair, difference) =>
            new MethodDifference(rows[0].Task, rows[0].Shots, pair.Method, best, pair.Rows.Length, difference));
    }
}
