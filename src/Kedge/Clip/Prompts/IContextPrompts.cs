using static TorchSharp.torch;

namespace Kedge.Clip.Prompts;

/// <summary>Prompts of whole class names with learned tokens, the context, around them: V₁ … V_M NAME "." in the case of <see cref="ContextPosition.End"/>.</summary>
public interface IContextPrompts : IDisposable
{
    /// <summary>Learned tokens a prompt, M.</summary>
    int ContextTokens { get; }

    /// <summary>Text features of every class's name in every context; differentiable in <paramref name="context"/>.</summary>
    /// <param name="context">[n, 1, M, W], n contexts that all classes share, or [n, C, M, W], n contexts of each class's own; n ≥ 1.</param>
    /// <returns>A new tensor [n, C, D], F32, rows of unit length, owned by the caller.</returns>
    Tensor Encode(Tensor context);
}

/// <summary>Where the class name stands among the learned tokens, as in CoOp (Zhou et al. 2021, arXiv 2109.01134).</summary>
public enum ContextPosition
{
    /// <summary>At the end: V₁ … V_M NAME ".".</summary>
    End,

    /// <summary>In the middle, the smaller half of the context first: V₁ … V_⌊M/2⌋ NAME V_⌊M/2⌋₊₁ … V_M ".".</summary>
    Middle,
}
