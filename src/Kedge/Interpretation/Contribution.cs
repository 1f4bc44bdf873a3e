namespace Kedge.Interpretation;

/// <summary>The source of a contribution to a logit.</summary>
public enum ContributionSource
{
    /// <summary>The class names: the zero-shot logit.</summary>
    ClassNames,

    /// <summary>An anchor, or the sum of several.</summary>
    Anchor,

    /// <summary>A support image, or the sum of several.</summary>
    SupportImage,

    /// <summary>The bias of a class, the same for all images.</summary>
    Bias,

    /// <summary>
    /// A learned map of the image features: what it changes of the class names' contribution, one number a class.
    /// </summary>
    Adapter,
}

/// <summary>
/// What one source, or the sum of several, contributes to the logits of the two classes of a
/// <see cref="ClassComparison"/>.
/// </summary>
/// <param name="Source">The kind of source.</param>
/// <param name="Index">
/// The index of the anchor or support image; <see langword="null"/> for a sum of several and for the other sources.
/// </param>
/// <param name="Count">How many sources are summed, at least 1.</param>
/// <param name="First">The contribution to the first class's logit.</param>
/// <param name="Second">The contribution to the second class's logit.</param>
public sealed record Contribution(ContributionSource Source, int? Index, int Count, double First, double Second)
{
    /// <summary>First − second: above 0 in favour of the first class, below 0 of the second.</summary>
    public double Difference => First - Second;
}
