using Kedge.Runtime;
using static TorchSharp.torch;

namespace Kedge.FewShot;

/// <summary>Checks of feature tensors before anything is computed from them.</summary>
internal static class FeatureChecks
{
    /// <summary>Far above what half precision does to a unit vector, far below what raw features are off.</summary>
    private const float UnitTolerance = 0.01f;

    /// <summary>The shape as messages show it.</summary>
    internal static string Shape(this Tensor tensor) => ShapeText(tensor.shape);

    /// <inheritdoc cref="Shape"/>
    internal static string ShapeText(IEnumerable<long> shape) => $"[{string.Join(", ", shape)}]";

    /// <summary>Whether no entry is NaN or infinite.</summary>
    internal static bool AllFinite(this Tensor tensor)
    {
        using var scope = NewDisposeScope();
        return !tensor.is_floating_point() || tensor.isfinite().all().item<bool>();
    }

    /// <summary>Refuses rows that are not F32 of unit length (to within 0.01, as half precision leaves them).</summary>
    /// <param name="features">[…, D], on any device; owned by the caller.</param>
    /// <param name="doing">What is being done, for the message: "Fitting my-method".</param>
    /// <param name="what">What the rows are, for the message: "word features".</param>
    /// <exception cref="KedgeException">They are of another type or length, or hold NaN or infinity.</exception>
    public static void RequireUnit(this Tensor features, string doing, string what)
    {
        if (features.dtype != ScalarType.Float32)
            throw new KedgeException($"{doing} found {what} of type {features.dtype}: it needs Float32; " +
                "convert them with .to(ScalarType.Float32).");
        if (features.numel() == 0)
            return;
        using var scope = NewDisposeScope();
        using var noGrad = no_grad();
        var off = features.norm(dim: -1).Sub(1).abs().max().item<float>();
        if (!float.IsFinite(off))
            throw new KedgeException($"{doing} found {what} that hold NaN or infinity: encode the images or texts again, " +
                "in single precision.");
        if (off > UnitTolerance)
            throw new KedgeException($"{doing} found {what} whose lengths are up to {off:g3} off 1: it needs unit features; " +
                "divide each row by its length.");
    }
}
