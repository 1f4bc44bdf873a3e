using static TorchSharp.torch;

namespace Kedge.Runtime;

/// <summary>Sums of tensors that no garbage collection can spoil.</summary>
internal static class Sums
{
    /// <summary>x + y, of shapes that broadcast.</summary>
    public static Tensor Plus(this Tensor x, Tensor y) => x.Add(y);
}
