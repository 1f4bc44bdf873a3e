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

    /// <summary>Prompts with learned rows in them.</summary>
    /// <param name="prompts">P ≥ 1 prompts, of any lengths.</param>
    /// <returns>The encoder of such prompts, owned by the caller; the text tower must outlive it.</returns>
    /// <exception cref="KedgeException">A prompt does not fit the context length.</exception>
    IPromptEncoder Prompts(IReadOnlyList<PromptSequence> prompts);

    /// <summary>Prompts around class names that show their attention.</summary>
    /// <param name="prompts">P ≥ 1 prompts, each of a class name.</param>
    /// <returns>The encoder of such prompts, owned by the caller; the text tower must outlive it.</returns>
    /// <exception cref="KedgeException">
    /// A prompt does not fit the context length, or a class name has no token.
    /// </exception>
    internal IProbedPrompts ProbedPrompts(IReadOnlyList<PromptSequence> prompts) => throw new KedgeException(
        $"Learning prompts by relevance found a text tower of {GetType().Name}, which shows no attention: take a CLIP model's.");

    /// <summary>Embeddings of the tokens of words, such as learned tokens may start from.</summary>
    /// <param name="words">Any text, "a photo of a" say.</param>
    /// <returns>A new tensor [tokens, W], F32, without gradient, owned by the caller; no row
    /// for an empty text.</returns>
    Tensor TokenEmbeddings(string words);

    /// <summary>Names learned tokens: the words whose own embeddings are nearest to them, by cosine.</summary>
    /// <param name="tokens">[n, W] token embeddings, of any length.</param>
    /// <param name="top">How many words a token, at least 1.</param>
    /// <returns>n lists, the nearest word first; only tokens of the vocabulary that are a whole
    /// word are looked at.</returns>
    IReadOnlyList<IReadOnlyList<Neighbour>> NearestWords(Tensor tokens, int top);
}
