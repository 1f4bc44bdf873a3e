using TorchSharp;
using static TorchSharp.torch;

namespace Kedge.Native;

/// <summary>Sums of tensors that no garbage collection can spoil.</summary>
internal static class Sums
{
    // x + y makes its factor of 1 anew each time, and nothing holds it while libtorch reads it: if garbage is collected just then, it is freed and the sum fails ("Expected false to be true")
    private static readonly Scalar One = 1;

    /// <summary>x + y, of shapes that broadcast.</summary>
    public static Tensor Plus(this Tensor x, Tensor y) => x.add(y, One);
}
