using Kedge.Evaluation;
using Kedge.Experiments;
using Kedge.Reports.Pages;

namespace Kedge.Reports.Comparisons;

/// <summary>The section of the page about one task.</summary>
internal sealed class TaskSection
{
    private readonly List<ComparisonRow> _rows;
    private readonly List<MethodDifference> _differences;
    private readonly IReadOnlyList<string> _classNames;
    private readonly IReadOnlyList<ComparisonCell> _cells;
    private readonly string[] _methods;
    private readonly (string? Part, int? Shots)[] _columns, _own; // own: of the split that the fit is on

    internal TaskSection(List<ComparisonRow> rows, List<MethodDifference> differences, IReadOnlyList<string> classNames)
    {
        (_rows, _differences, _classNames, _cells) = (rows, differences, classNames, ComparisonCell.Aggregate(rows));
        _methods = [.. rows.Select(row => row.Method).Distinct()];
        _columns = [.. rows.Select(row => (row.Part, row.Shots)).Distinct()];
        _own = [.. _columns.Where(column => column.Part == rows[0].Part)];
    }

    internal Html Render(string? curve) => Html.Of($"""
        <section>
        <h2>{_rows[0].Task}</h2>
        <p class="caption">{ComparisonTexts.AccuracyCaption(_rows)}{(_methods.Length > 1 ? " The best of each column is in bold." : null)}</p>
        {Table(_columns, Accuracy)}
        {(curve is null ? null : Html.Of($"""<figure class="curve">{new Html(curve)}</figure>"""))}
        {Balanced()}
        {Differences()}
        <h3>Time, size and choices</h3>
        <p class="caption">{ComparisonTexts.SecondsCaption(_rows)} Features of images that it remembers are among the numbers.</p>
        {Table(_own, Seconds, ("numbers", method => ComparisonTexts.Numbers(RowsOf(method))), ("chosen on", method => ComparisonTexts.Chosen(RowsOf(method).Select(row => row.Selection).OfType<string>())))}
        {Failures()}
        {Confusion()}
        </section>

        """);

    /// <summary>A row a method, a column a part and a number of shots, and further columns of texts.</summary>
    private Html Table(
        (string? Part, int? Shots)[] columns, Func<ComparisonCell, Html> figure,
        params (string Heading, Func<string, string> Of)[] further) => Html.Of($"""
        <div class="scroll"><table class="figures">
          <thead><tr><th>method</th>{columns.Select(column => Html.Of($"<th>{ComparisonTexts.Heading(column.Part, column.Shots)}</th>"))}{further.Select(column => Html.Of($"<th>{column.Heading}</th>"))}</tr></thead>
          <tbody>{_methods.Select(method => Html.Of($"""
            <tr><th>{method}</th>{columns.Select(place => figure(Cell(method, place)))}{further.Select(column => Html.Of($"<td>{column.Of(method)}</td>"))}</tr>
            """))}</tbody>
        </table></div>
        """);

    private ComparisonCell Cell(string method, (string? Part, int? Shots) place) =>
        _cells.First(cell => cell.Method == method && (cell.Part, cell.Shots) == place);

    private IEnumerable<ComparisonRow> RowsOf(string method) => _rows.Where(row => row.Method == method);

    private Html Accuracy(ComparisonCell cell)
    {
        var text = ComparisonTexts.Accuracy(cell);
        var isBest = _methods.Length > 1 && cell.Mean is not null
            && cell.Mean == Best(_cells.Where(other => (other.Part, other.Shots) == (cell.Part, cell.Shots)).Select(other => other.Mean));
        return isBest ? Html.Of($"<td><b>{text}</b></td>") : Html.Of($"<td>{text}</td>");

        double? Best(IEnumerable<double?> means) => cell.Part == StreamRows.Forgetting ? means.Min() : means.Max();
    }

    private Html? Balanced() => !ComparisonTexts.HasBalanced(_rows) ? null : Html.Of($"""
        <h3>Balanced accuracy</h3>
        <p class="caption">{ComparisonTexts.BalancedCaption}</p>
        {Table(_columns, cell => Html.Of($"<td>{ComparisonTexts.Balanced(cell)}</td>"))}
        """);

    private Html? Differences() => _differences.Count == 0 ? null : Html.Of($"""
        <h3>Which differences are real</h3>
        <p class="caption">{ComparisonTexts.DifferencesCaption}</p>
        {Table(_own, Difference)}
        """);

    /// <summary>The interval on a line of its own, so that five columns fit on a screen.</summary>
    private Html Difference(ComparisonCell cell)
    {
        var text = ComparisonTexts.Difference(_differences, cell.Method, cell.Shots);
        return text.Split(" [") is [var points, var interval]
            ? Html.Of($"<td>{points} <br/><small>[{interval}</small></td>")
            : Html.Of($"<td>{text}</td>");
    }

    private static Html Seconds(ComparisonCell cell) => Html.Of($"<td>{ComparisonTexts.Seconds(cell)}</td>");

    private Html? Failures() => _rows.TrueForAll(row => row.Error is null) ? null : Html.Of($"""
        <h3>Failed</h3>
        <ul class="failures">{ComparisonTexts.Failures(_rows).Select(failure => Html.Of($"<li>{failure}</li>"))}</ul>
        """);

    /// <summary>
    /// The most accurate method's confusion matrix at the most shots, summed over seeds; null where missing.
    /// </summary>
    private Html? Confusion()
    {
        var best = _cells.Where(cell => cell.Part == _rows[0].Part
            && cell.Shots == _own.Max(column => column.Shots) && cell.Mean is not null).MaxBy(cell => cell.Mean);
        ConfusionMatrix[] confusions =
            [.. _rows.Where(row => row.Method == best?.Method && row.Part == best.Part && row.Shots == best.Shots)
                .Select(row => row.Confusion).OfType<ConfusionMatrix>()];
        return confusions.Length == 0 ? null : Html.Of($"""
            <h3>What {best!.Method} takes for what</h3>
            <p class="caption">With {ComparisonTexts.Heading(best.Shots)}{(confusions.Length > 1 ? FormattableString.Invariant($", added up over {confusions.Length} draws") : null)}.</p>
            {ConfusionPicture.Draw(ConfusionMatrix.Sum(confusions), _classNames)}
            """);
    }
}
