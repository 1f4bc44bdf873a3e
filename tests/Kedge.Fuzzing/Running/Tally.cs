using Kedge.Fuzzing.Judging;

namespace Kedge.Fuzzing.Running;

/// <summary>What came of a slice.</summary>
internal sealed record Tally(Slice Slice)
{
    /// <summary>How many inputs were read, or ended with each type of exception.</summary>
    public SortedDictionary<string, int> Outcomes { get; init; } = new(StringComparer.Ordinal);

    /// <summary>The most processor time of one input, in milliseconds.</summary>
    public double SlowestMilliseconds { get; set; }

    /// <summary>The number of that input.</summary>
    public int SlowestNumber { get; set; }

    /// <summary>The most managed memory that one input allocated, in bytes.</summary>
    public long MostAllocated { get; set; }

    /// <summary>By how many bytes the most resident memory grew.</summary>
    public long MostGrown { get; set; }

    /// <summary>What was wrong, the first input of each signature.</summary>
    public List<Finding> Findings { get; init; } = [];

    /// <summary>Counts an input.</summary>
    public void Add(int number, Verdict verdict)
    {
        Outcomes[verdict.Outcome] = Outcomes.GetValueOrDefault(verdict.Outcome) + 1;
        if (verdict.ProcessorTime.TotalMilliseconds > SlowestMilliseconds)
            (SlowestMilliseconds, SlowestNumber) = (verdict.ProcessorTime.TotalMilliseconds, number);
        MostAllocated = Math.Max(MostAllocated, verdict.Allocated);
        MostGrown = Math.Max(MostGrown, verdict.Grown);
        if (verdict.Fault is { } fault)
            Add(new Finding(Slice.Target, Slice.Seed, number, fault));
    }

    /// <summary>Adds a finding, or counts it with those of its signature.</summary>
    public void Add(Finding finding)
    {
        var known = Findings.FindIndex(other => other.Fault.Signature == finding.Fault.Signature);
        if (known < 0)
            Findings.Add(finding);
        else
            Findings[known] = Findings[known] with { Count = Findings[known].Count + finding.Count };
    }

    /// <summary>Adds what came of another slice of the same target.</summary>
    public void Add(Tally other)
    {
        foreach (var (outcome, count) in other.Outcomes)
            Outcomes[outcome] = Outcomes.GetValueOrDefault(outcome) + count;
        if (other.SlowestMilliseconds > SlowestMilliseconds)
            (SlowestMilliseconds, SlowestNumber) = (other.SlowestMilliseconds, other.SlowestNumber);
        MostAllocated = Math.Max(MostAllocated, other.MostAllocated);
        MostGrown = Math.Max(MostGrown, other.MostGrown);
        other.Findings.ForEach(Add);
    }
}

/// <summary>An input that was read wrongly.</summary>
/// <param name="Target">The target.</param>
/// <param name="Seed">The seed of the input.</param>
/// <param name="Number">Its number.</param>
/// <param name="Fault">What is wrong.</param>
/// <param name="Count">How many inputs failed alike.</param>
internal sealed record Finding(string Target, int Seed, int Number, Fault Fault, int Count = 1)
{
    public override string ToString() => $"{Target}, {Count} inputs: {Fault.Kind}: {Fault.Detail}\n" +
        $"    again: reproduce {Target} --seed {Seed} --number {Number} --minimise";
}
