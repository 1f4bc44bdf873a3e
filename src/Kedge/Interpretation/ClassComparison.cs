namespace Kedge.Interpretation;

/// <summary>
/// A contrastive explanation, why one class and not another: the contributions to both classes' logits. Those of
/// a class sum to its logit.
/// </summary>
public sealed class ClassComparison
{
    private ClassComparison(string first, string second, IReadOnlyList<Contribution> contributions) =>
        (First, Second, Contributions) = (first, second, contributions);

    /// <summary>The predicted class.</summary>
    public string First { get; }

    /// <summary>The class with the second highest logit.</summary>
    public string Second { get; }

    /// <summary>
    /// Class names first; then the learned map of the image features, where there is one; then anchors, then support
    /// images, each by absolute difference with the others summed; then bias.
    /// </summary>
    public IReadOnlyList<Contribution> Contributions { get; }

    /// <summary>The logit of the first class.</summary>
    public double FirstLogit => Contributions.Sum(part => part.First);

    /// <summary>The logit of the second class.</summary>
    public double SecondLogit => Contributions.Sum(part => part.Second);

    /// <summary>How much higher the first class's logit is.</summary>
    internal double LogitDifference => FirstLogit - SecondLogit;

    /// <summary>The same, rounded so that the contributions of each class sum exactly to its rounded logit.</summary>
    /// <param name="decimals">Digits after the point, 0 to 6.</param>
    public ClassComparison Rounded(int decimals)
    {
        var first = RoundedSum.Round([.. Contributions.Select(part => part.First)], decimals);
        var second = RoundedSum.Round([.. Contributions.Select(part => part.Second)], decimals);
        return new(First, Second, [.. Contributions.Select((part, i) => part with { First = first[i], Second = second[i] })]);
    }

    internal static ClassComparison Compare(ClassScore first, ClassScore second, int top)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(top, 1);
        var adapter = new Contribution(ContributionSource.Adapter, null, 1, first.Adapter, second.Adapter);
        var bias = new Contribution(ContributionSource.Bias, null, 1, first.Bias, second.Bias);
        return new(first.ClassName, second.ClassName,
        [
            new(ContributionSource.ClassNames, null, 1, first.ZeroShot, second.ZeroShot),
            .. NotZero(adapter),
            .. Largest(ContributionSource.Anchor, first.Anchors, second.Anchors, top),
            .. Largest(ContributionSource.SupportImage, first.Support, second.Support, top),
            .. NotZero(bias),
        ]);
    }

    private static Contribution[] NotZero(Contribution part) => part is { First: 0, Second: 0 } ? [] : [part];

    private static IEnumerable<Contribution> Largest(
        ContributionSource source, IReadOnlyList<double> first, IReadOnlyList<double> second, int top)
    {
        var all = first.Zip(second, (a, b) => (a, b)).Select((pair, i) => new Contribution(source, i, 1, pair.a, pair.b))
            .OrderByDescending(part => Math.Abs(part.Difference)).ToList();
        var others = all.Skip(top).ToList();
        return others.Count == 0
            ? all
            : all.Take(top).Append(new(source, null, others.Count, others.Sum(part => part.First), others.Sum(part => part.Second)));
    }
}
