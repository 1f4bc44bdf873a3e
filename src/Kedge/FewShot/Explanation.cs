using Kedge.Runtime;
using static TorchSharp.torch;

namespace Kedge.FewShot;

/// <summary>
/// An additive decomposition of logits: the contributions for an image and a class sum to its logit, but for rounding.
/// Owns its tensors, which are F32 and on the classifier's device.
/// </summary>
/// <param name="zeroShot">[B, C]: the contribution of the class names.</param>
/// <param name="anchors">[B, C, K]: each anchor's contribution; <see langword="null"/> without anchors.</param>
/// <param name="support">
/// [B, C, N]: each support image's contribution; <see langword="null"/> where the classifier adds nothing by support
/// image.
/// </param>
/// <param name="bias">[C]: a constant for each class; <see langword="null"/> for nothing.</param>
/// <param name="adapter">
/// [B, C]: what a learned map of the image features changes of the class names' contribution, which has no parts by
/// anchor or by support image; <see langword="null"/> without such a map.
/// </param>
public sealed class Explanation(
    Tensor zeroShot, Tensor? anchors = null, Tensor? support = null, Tensor? bias = null, Tensor? adapter = null) : IDisposable
{
    /// <summary>[B, C]: the contribution of the class names.</summary>
    public Tensor ZeroShot { get; } = zeroShot;

    /// <summary>
    /// [B, C]: what a learned map of the image features changes of the class names' contribution;
    /// <see langword="null"/>
    /// without such a map.
    /// </summary>
    public Tensor? Adapter { get; } = adapter;

    /// <summary>[B, C, K]: each anchor's contribution; <see langword="null"/> without anchors.</summary>
    public Tensor? Anchors { get; } = anchors;

    /// <summary>
    /// [B, C, N]: each support image's contribution; <see langword="null"/> where the classifier adds nothing by
    /// support image.
    /// </summary>
    public Tensor? Support { get; } = support;

    /// <summary>[C]: a constant for each class; <see langword="null"/> for nothing.</summary>
    public Tensor? Bias { get; private set; } = bias;

    /// <summary>The sum of all parts, which are the logits: a new tensor [B, C], owned by the caller.</summary>
    public Tensor Sum()
    {
        using var scope = NewDisposeScope();
        var sum = ZeroShot.clone();
        foreach (var part in Parts.OfType<Tensor>())
            sum = sum.Add(part);
        return sum.MoveToOuterDisposeScope();
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var tensor in Whole)
            tensor?.Dispose();
    }

    private Tensor?[] Parts => [Adapter, Anchors?.sum(2), Support?.sum(2), Bias];

    private Tensor?[] Whole => [ZeroShot, Adapter, Anchors, Support, Bias];

    /// <summary>Adds a constant for each class [C], null for nothing.</summary>
    internal Explanation Add(Tensor? bias)
    {
        if (bias is not null)
            Bias = Bias is null ? bias.clone() : Bias.Add(bias);
        return this;
    }

    /// <summary>Moves all parts out of the current dispose scope.</summary>
    internal Explanation MoveToOuterDisposeScope()
    {
        foreach (var tensor in Whole)
            tensor?.MoveToOuterDisposeScope();
        return this;
    }
}
