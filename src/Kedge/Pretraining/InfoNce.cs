using static TorchSharp.torch;

namespace Kedge.Pretraining;

/// <summary>The symmetric contrastive loss of CLIP (Radford et al. 2021, figure 3; van den Oord et al. 2018).</summary>
internal static class InfoNce
{
    /// <summary>Mean of the cross entropies image → text and text → image; pair i is the only match of row i and column i.</summary>
    /// <param name="images">[B, D], unit length.</param>
    /// <param name="texts">[B, D], unit length.</param>
    /// <param name="logitScale">Scalar; multiplies the cosines.</param>
    public static Tensor Loss(Tensor images, Tensor texts, Tensor logitScale)
    {
        var logits = logitScale * matmul(images, texts.t()); // [B, B]
        var pairs = arange(logits.shape[0], device: logits.device);
        return (nn.functional.cross_entropy(logits, pairs) + nn.functional.cross_entropy(logits.t(), pairs)) / 2;
    }
}
