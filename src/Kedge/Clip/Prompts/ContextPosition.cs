namespace Kedge.Clip.Prompts;

/// <summary>
/// Where the class name stands among the learned rows, as in CoOp (Zhou et al. 2021, arXiv 2109.01134).
/// </summary>
public enum ContextPosition
{
    /// <summary>At the end: V₁ … V_M NAME ".".</summary>
    End,

    /// <summary>In the middle, the smaller half of the context first: V₁ … V_⌊M/2⌋ NAME V_⌊M/2⌋₊₁ … V_M ".".</summary>
    Middle,
}
