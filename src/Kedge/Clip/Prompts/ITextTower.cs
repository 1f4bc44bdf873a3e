using Kedge.Text;
using static TorchSharp.torch;

namespace Kedge.Clip.Prompts;

/// <summary>CLIP's frozen text tower as the methods see it: texts and learned tokens in, unit features out.</summary>
public interface ITextTower
{
    /// <summary>Width of the token embeddings, W.</summary>
    int Width { get; }

    /// <summary>Features of whole texts.</summary>
    /// <param name="texts">n texts, each within the context length.</param>
    /// <returns>A new tensor [n, D], F32, rows of unit length, without gradient, owned by the caller.</returns>
    /// <exception cref="KedgeException">A text is too long.</exception>
    Tensor EncodeText(IReadOnlyList<string> texts);

    /// <summary>Prompts whose middle is learned: <c>before</c> V₁ … V_m <c>after</c>.</summary>
    /// <param name="before">Words before the slots, "a photo of a" say; may be empty.</param>
    /// <param name="after">Words after the slots, "." say; may be empty.</param>
    /// <param name="slots">Learned tokens a prompt, m ≥ 1.</param>
    /// <returns>The encoder of such prompts, owned by the caller; the text tower must outlive it.</returns>
    /// <exception cref="KedgeException">The prompt does not fit the context length.</exception>
    ISlotPrompts Prompts(string before, string after, int slots);

    /// <summary>Prompts of whole class names whose context is learned.</summary>
    /// <param name="classNames">C ≥ 1 names, of any numbers of tokens.</param>
    /// <param name="contextTokens">Learned tokens a prompt, M ≥ 1.</param>
    /// <param name="position">Where the name stands among them.</param>
    /// <returns>The encoder of such prompts, owned by the caller; the text tower must outlive it.</returns>
    /// <exception cref="KedgeException">A prompt does not fit the context length.</exception>
    IContextPrompts ContextPrompts(IReadOnlyList<string> classNames, int contextTokens, ContextPosition position);

    /// <summary>Embeddings of the tokens of words, such as learned tokens may start from.</summary>
    /// <param name="words">Any text, "a photo of a" say.</param>
    /// <returns>A new tensor [tokens, W], F32, without gradient, owned by the caller; no row for an empty text.</returns>
    Tensor TokenEmbeddings(string words);

    /// <summary>Names learned tokens: the words whose own embeddings are nearest to them, by cosine.</summary>
    /// <param name="tokens">[n, W] token embeddings, of any length.</param>
    /// <param name="top">How many words a token, at least 1.</param>
    /// <returns>n lists, the nearest word first; only tokens of the vocabulary that are a whole word are looked at.</returns>
    IReadOnlyList<IReadOnlyList<Neighbour>> NearestWords(Tensor tokens, int top);
}

/// <summary>Prompts of one template with learned tokens in place of its placeholder.</summary>
public interface ISlotPrompts : IDisposable
{
    /// <summary>Learned tokens a prompt, m.</summary>
    int Slots { get; }

    /// <summary>Token embeddings to start from.</summary>
    /// <param name="words">K texts; each gives its first m tokens, repeated where it has fewer.</param>
    /// <returns>A new tensor [K, m, W], F32, owned by the caller.</returns>
    Tensor Start(IReadOnlyList<string> words);

    /// <summary>Text features of the prompts; differentiable in <paramref name="slots"/>.</summary>
    /// <param name="slots">[K, m, W] learned tokens.</param>
    /// <returns>A new tensor [K, D], F32, rows of unit length, owned by the caller.</returns>
    Tensor Encode(Tensor slots);
}
