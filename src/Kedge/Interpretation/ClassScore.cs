namespace Kedge.Interpretation;

/// <summary>The logit of a class for one image, decomposed into additive contributions.</summary>
/// <param name="className">The class.</param>
/// <param name="probability">0 to 1; the softmax of the logits.</param>
/// <param name="zeroShot">The zero-shot logit: the contribution of the class name.</param>
/// <param name="anchors">The contribution of each of the K anchors; empty without anchors.</param>
/// <param name="support">The contribution of each of the N support images; empty where the classifier has none.</param>
/// <param name="bias">The bias of the class, the same for all images.</param>
/// <param name="adapter">
/// What a learned map of the image features changes of the class name's contribution; 0 without such a map.
/// </param>
public sealed class ClassScore(string className, double probability, double zeroShot,
    IReadOnlyList<double> anchors, IReadOnlyList<double> support, double bias, double adapter = 0)
{
    /// <summary>The class.</summary>
    public string ClassName { get; } = className;

    /// <summary>0 to 1; the softmax of the logits.</summary>
    public double Probability { get; } = probability;

    /// <summary>
    /// The sum of all contributions in double precision: the classifier's logit up to rounding in single precision.
    /// </summary>
    public double Logit { get; } = zeroShot + adapter + anchors.Sum() + support.Sum() + bias;

    /// <summary>The zero-shot logit: the contribution of the class name.</summary>
    public double ZeroShot { get; } = zeroShot;

    /// <summary>
    /// What a learned map of the image features changes of the class name's contribution; 0 without such a map.
    /// </summary>
    public double Adapter { get; } = adapter;

    /// <summary>The contribution of each of the K anchors; empty without anchors.</summary>
    public IReadOnlyList<double> Anchors { get; } = anchors;

    /// <summary>The contribution of each of the N support images; empty where the classifier has none.</summary>
    public IReadOnlyList<double> Support { get; } = support;

    /// <summary>The bias of the class, the same for all images.</summary>
    public double Bias { get; } = bias;
}
