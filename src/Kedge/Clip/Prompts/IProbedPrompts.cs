using Kedge.Clip.Towers;
using static TorchSharp.torch;

namespace Kedge.Clip.Prompts;

/// <summary>Prompts of class names with learned rows, through a frozen text tower that shows its attention.</summary>
internal interface IProbedPrompts : IDisposable
{
    /// <summary>Text features of every prompt; differentiable in <paramref name="rows"/>.</summary>
    /// <param name="rows">[1 or C, M, W]: shared by all prompts, or of each prompt's own.</param>
    /// <param name="probe">Is given the attention weights of every block.</param>
    /// <returns>A new tensor [C, D], F32, rows of unit length, owned by the caller.</returns>
    Tensor Encode(Tensor rows, AttentionProbe probe);

    /// <summary>
    /// The relevance of each prompt's class name: the largest of its tokens', start of text kept. Differentiable in the
    /// weights.
    /// </summary>
    /// <param name="weights">Those that the probe was given, or tensors with their values.</param>
    /// <param name="gradients">The gradients of a score in them, in which c's prompt has a summand of its own.</param>
    /// <returns>[C], 0 to 1, in the current dispose scope.</returns>
    Tensor NameRelevance(IReadOnlyList<Tensor> weights, IReadOnlyList<Tensor> gradients);
}
