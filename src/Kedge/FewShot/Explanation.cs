using Kedge.Runtime;
using static TorchSharp.torch;

namespace Kedge.FewShot;

/// <summary>
/// Logits taken apart: the parts of an image and a class add up to its logit, exactly but for the rounding of the sum. Owns its tensors, which are F32 and
/// on the classifier's device.
/// </summary>
/// <param name="zeroShot">[B, C]: what the class names give.</param>
/// <param name="anchors">[B, C, K]: what each anchor gives; <see langword="null"/> without anchors.</param>
/// <param name="support">[B, C, N]: what each support image gives; <see langword="null"/> where the classifier adds nothing by support image.</param>
/// <param name="bias">[C]: what a class gets whatever the image; <see langword="null"/> for nothing.</param>
public sealed class Explanation(Tensor zeroShot, Tensor? anchors = null, Tensor? support = null, Tensor? bias = null) : IDisposable
{
    /// <summary>[B, C]: what the class names give.</summary>
    public Tensor ZeroShot { get; } = zeroShot;

    /// <summary>[B, C, K]: what each anchor gives; <see langword="null"/> without anchors.</summary>
    public Tensor? Anchors { get; } = anchors;

    /// <summary>[B, C, N]: what each support image gives; <see langword="null"/> where the classifier adds nothing by support image.</summary>
    public Tensor? Support { get; } = support;

    /// <summary>[C]: what a class gets whatever the image; <see langword="null"/> for nothing.</summary>
    public Tensor? Bias { get; } = bias;

    /// <summary>The logits again: a new tensor [B, C], owned by the caller.</summary>
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
        foreach (var tensor in (Tensor?[])[ZeroShot, Anchors, Support, Bias])
            tensor?.Dispose();
    }

    private Tensor?[] Parts => [Anchors?.sum(2), Support?.sum(2), Bias];

    /// <summary>Moves all parts out of the current dispose scope.</summary>
    internal Explanation MoveToOuterDisposeScope()
    {
        foreach (var tensor in (Tensor?[])[ZeroShot, Anchors, Support, Bias])
            tensor?.MoveToOuterDisposeScope();
        return this;
    }
}
