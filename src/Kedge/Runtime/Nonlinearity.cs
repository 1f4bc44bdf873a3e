namespace Kedge.Runtime;

/// <summary>What may be applied to the result of a product in the same pass.</summary>
internal enum Nonlinearity
{
    /// <summary>Nothing.</summary>
    None,

    /// <summary>max(x, 0).</summary>
    Relu,

    /// <summary>x σ(x).</summary>
    Silu,

    /// <summary>x Φ(x), exactly.</summary>
    Gelu,
}
