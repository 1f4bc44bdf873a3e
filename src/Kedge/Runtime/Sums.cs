using TorchSharp;
using static TorchSharp.torch;

namespace Kedge.Runtime;

/// <summary>Sums of tensors that no garbage collection can spoil.</summary>
internal static class Sums
{
    // x + y makes this factor anew each time, which is the flaw that FreedScalars tells of
    private static readonly Scalar One = 1;

    /// <summary>x + y, of shapes that broadcast.</summary>
    public static Tensor Plus(this Tensor x, Tensor y) => x.add(y, One);
}
