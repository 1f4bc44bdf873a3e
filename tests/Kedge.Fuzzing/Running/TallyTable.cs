using System.Globalization;
using System.Text;
using Kedge.Fuzzing.Judging;

namespace Kedge.Fuzzing.Running;

/// <summary>Tallies as a Markdown table, a row a target.</summary>
internal static class TallyTable
{
    private const double Mebibyte = 1 << 20;

    public static string Write(IReadOnlyList<Tally> tallies)
    {
        var table = new StringBuilder("""
            | parser | inputs | read | refused by one sentence | others | slowest (ms) | most allocated (MiB) | most grown (MiB) |
            |---|---|---|---|---|---|---|---|

            """);
        var all = new Tally(new Slice("**all**", 0, 0, 0));
        foreach (var group in tallies.GroupBy(tally => tally.Slice.Target))
        {
            var sum = new Tally(new Slice(group.Key, 0, 0, 0));
            foreach (var tally in group)
                sum.Add(tally);
            all.Add(sum);
            Append(table, sum);
        }
        Append(table, all);
        return table.ToString();
    }

    private static void Append(StringBuilder table, Tally tally)
    {
        var (read, refused) = (tally.Outcomes.GetValueOrDefault("read"), tally.Outcomes.GetValueOrDefault(nameof(KedgeException)));
        var inputs = tally.Outcomes.Values.Sum();
        var exceptions = tally.Outcomes.Where(outcome => outcome.Key is not ("read" or nameof(KedgeException)))
            .Select(outcome => $"{outcome.Value:N0} {outcome.Key}");
        var faults = tally.Findings.Where(finding => finding.Fault.Kind != FaultKind.Exception).GroupBy(finding => finding.Fault.Kind)
            .Select(kind => $"{kind.Sum(finding => finding.Count):N0} {kind.Key}");
        table.AppendLine(CultureInfo.InvariantCulture, $"| {tally.Slice.Target} | {inputs:N0} | {read:N0} | {refused:N0} | " +
            $"{string.Join(", ", exceptions.Concat(faults).DefaultIfEmpty("none"))} | {tally.SlowestMilliseconds:N0} | " +
            $"{tally.MostAllocated / Mebibyte:N1} | {tally.MostGrown / Mebibyte:N1} |");
    }
}
