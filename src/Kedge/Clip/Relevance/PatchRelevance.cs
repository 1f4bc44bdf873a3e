using static TorchSharp.torch;

namespace Kedge.Clip.Relevance;

/// <summary>
/// How much each patch of an image carries a score: the row of the class token of <see cref="RelevanceRollout"/>,
/// its patches. Of an attention pooling, E of its weights, where the mean of the positions asks; of pooling by the
/// mean, the same with weights of 1/P, so that patches count as far as they raise the score more than the average
/// patch does.
/// </summary>
internal static class PatchRelevance
{
    /// <summary>Relevance, not divided by its sum.</summary>
    /// <param name="weights">
    /// Of each block that counts: [B, H, 1 + P, 1 + P] of a ViT, [B, H, 1, 1 + P] or [B, 1, 1, P] of poolings.
    /// </param>
    /// <param name="gradients">The gradients of a score in them, the same shapes.</param>
    /// <param name="patches">P.</param>
    /// <returns>[B, P], 0 or more, row by row from the top left.</returns>
    public static Tensor Raw(IReadOnlyList<Tensor> weights, IReadOnlyList<Tensor> gradients, long patches)
    {
        var first = zeros(weights[0].shape[0], ScalarType.Int64, weights[0].device);
        var row = RelevanceRollout.Row(weights, gradients, first); // [B, P or 1 + P]
        return row.narrow(1, row.shape[1] - patches, patches);
    }
}
