using Kedge.Runtime;
using static TorchSharp.torch;

namespace Kedge.Optimisation;

/// <summary>
/// The update that <see cref="Adam"/> and <see cref="AdamW"/> share: x ← x − η · m̂ / (√v̂ + ε), m̂ = m / (1 −
/// β₁ᵗ), v̂ = v / (1 − β₂ᵗ).
/// </summary>
/// <param name="Step">t, from 1.</param>
/// <param name="LearningRate">η.</param>
/// <param name="Beta1">β₁, the decay of the first moment m.</param>
/// <param name="Beta2">β₂, the decay of the second moment v.</param>
/// <param name="Epsilon">ε.</param>
internal readonly record struct AdamStep(long Step, double LearningRate, double Beta1, double Beta2, double Epsilon)
{
    /// <summary>
    /// Updates a parameter and its moments in place; in the order of operations of TorchSharp's own optimisers, and so
    /// equal to them bit for bit.
    /// </summary>
    /// <param name="x">The parameter, outside of autograd.</param>
    /// <param name="gradient">Its gradient; as x.</param>
    /// <param name="mean">m; as x.</param>
    /// <param name="square">v; as x.</param>
    public void Apply(Tensor x, Tensor gradient, Tensor mean, Tensor square)
    {
        mean.Mul_(Beta1).Add_(gradient, 1 - Beta1);
        square.Mul_(Beta2).Addcmul_(gradient, gradient, 1 - Beta2);
        var deviation = square.sqrt().Div(Math.Sqrt(1 - Math.Pow(Beta2, Step))).Add_(Epsilon);
        x.Addcdiv_(mean, deviation, -(LearningRate / (1 - Math.Pow(Beta1, Step))));
    }
}
