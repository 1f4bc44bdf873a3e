namespace Kedge.Interpretation;

/// <summary>Why this class and not that one: everything that the logits of two classes are made of, side by side. Both columns add up to the logits.</summary>
public sealed class ClassComparison
{
    private ClassComparison(string first, string second, IReadOnlyList<Evidence> evidence) => (First, Second, Evidence) = (first, second, evidence);

    /// <summary>The class that was chosen.</summary>
    public string First { get; }

    /// <summary>The runner-up.</summary>
    public string Second { get; }

    /// <summary>Class names first; then anchors, then support images, those that make most of a difference first and the others added up; then bias.</summary>
    public IReadOnlyList<Evidence> Evidence { get; }

    /// <summary>The logit of the first class.</summary>
    public double FirstLogit => Evidence.Sum(part => part.First);

    /// <summary>The logit of the second class.</summary>
    public double SecondLogit => Evidence.Sum(part => part.Second);

    /// <summary>How much higher the first class's logit is.</summary>
    internal double LogitDifference => FirstLogit - SecondLogit;

    /// <summary>The same with all numbers rounded so that both columns still add up to the rounded logits, to the last digit shown.</summary>
    /// <param name="decimals">Digits after the point, 0 to 6.</param>
    public ClassComparison Rounded(int decimals)
    {
        var first = RoundedSum.Of([.. Evidence.Select(part => part.First)], decimals);
        var second = RoundedSum.Of([.. Evidence.Select(part => part.Second)], decimals);
        return new(First, Second, [.. Evidence.Select((part, i) => part with { First = first[i], Second = second[i] })]);
    }

    internal static ClassComparison Of(ClassScore first, ClassScore second, int top)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(top, 1);
        var bias = new Evidence(EvidenceSource.Bias, null, 1, first.Bias, second.Bias);
        return new(first.ClassName, second.ClassName,
        [
            new(EvidenceSource.ClassNames, null, 1, first.ZeroShot, second.ZeroShot),
            .. Strongest(EvidenceSource.Anchor, first.Anchors, second.Anchors, top),
            .. Strongest(EvidenceSource.SupportImage, first.Support, second.Support, top),
            .. bias is { First: 0, Second: 0 } ? (Evidence[])[] : [bias],
        ]);
    }

    private static IEnumerable<Evidence> Strongest(EvidenceSource source, IReadOnlyList<double> first, IReadOnlyList<double> second, int top)
    {
        var all = first.Zip(second, (a, b) => (a, b)).Select((given, i) => new Evidence(source, i, 1, given.a, given.b))
            .OrderByDescending(part => Math.Abs(part.Difference)).ToList();
        var others = all.Skip(top).ToList();
        return others.Count == 0 ? all : all.Take(top).Append(new(source, null, others.Count, others.Sum(part => part.First), others.Sum(part => part.Second)));
    }
}
