using static TorchSharp.torch;

namespace Kedge.Clip;

/// <summary>CLIP's text side as the methods see it: prompts in, unit features out. Its weights are frozen.</summary>
public interface ITextTower
{
    /// <summary>The width W of a token embedding.</summary>
    int Width { get; }

    /// <summary>Encodes whole prompts.</summary>
    /// <param name="prompts">n texts, such as "a photo of a cat."</param>
    /// <returns>[n, D] unit F32 on the tower's device, without gradient, owned by the caller.</returns>
    /// <exception cref="KedgeException">A prompt is longer than the tower's context.</exception>
    Tensor EncodeText(IReadOnlyList<string> prompts);

    /// <summary>Prepares prompts that agree in all but a few token positions, the slots, whose embeddings are given (and may be learned).</summary>
    /// <param name="before">The text before the slots, such as "a photo of a".</param>
    /// <param name="after">The text after the slots, such as ".".</param>
    /// <param name="slots">The number m of slots, at least 1.</param>
    /// <exception cref="KedgeException">The texts and slots together are longer than the tower's context.</exception>
    ISlotPrompts Prompts(string before, string after, int slots);
}

/// <summary>Prompts with m open token positions each; what does not depend on the slots is computed once.</summary>
public interface ISlotPrompts : IDisposable
{
    /// <summary>Token embeddings to start the slots from.</summary>
    /// <param name="words">K words, one a prompt; a word of more or fewer than m tokens is fitted to m.</param>
    /// <returns>[K, m, W] F32, without gradient, owned by the caller.</returns>
    Tensor Start(IReadOnlyList<string> words);

    /// <summary>Encodes the prompts with the given slots.</summary>
    /// <param name="slots">[K, m, W] F32.</param>
    /// <returns>[K, D] unit F32, differentiable with respect to <paramref name="slots"/>, owned by the caller.</returns>
    Tensor Encode(Tensor slots);
}
