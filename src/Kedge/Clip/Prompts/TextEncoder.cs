using Kedge.Clip.Towers;
using Kedge.Text;
using static TorchSharp.torch;

namespace Kedge.Clip.Prompts;

/// <summary>Whole texts through a text tower; differentiable in what of its weights is.</summary>
/// <param name="clip">The network; not owned.</param>
/// <param name="tokenizer">Texts to ids.</param>
internal sealed class TextEncoder(ClipNetwork clip, ClipTokenizer tokenizer)
{
    /// <summary>n texts → [n, D], not unit length, in the current dispose scope.</summary>
    /// <param name="texts">At least one text.</param>
    /// <param name="truncate">
    /// Whether a text longer than the context is cut (its last token replaced by the end of text) instead of refused.
    /// </param>
    /// <param name="probe">
    /// What is given the attention weights [n, H, L, L] of each block; <see langword="null"/> for nothing.
    /// </param>
    public Tensor Encode(IReadOnlyList<string> texts, bool truncate = false, AttentionProbe? probe = null)
    {
        int[][] ids = [.. texts.Select(text => tokenizer.Encode(text, clip.Configuration.Text.ContextLength, truncate))];
        return clip.EncodeText(TokenBatch.From(ids, clip.logit_scale.device), probe);
    }
}
