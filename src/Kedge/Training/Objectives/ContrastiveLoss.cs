using System.Text.Json.Serialization;
using Kedge.Runtime;
using static TorchSharp.torch;

namespace Kedge.Training.Objectives;

/// <summary>Contrastive losses of image-caption pairs.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<ContrastiveLoss>))]
internal enum ContrastiveLoss
{
    /// <summary>
    /// InfoNCE: softmax cross entropy over the batch, in both directions (Radford et al. 2021, figure 3;
    /// van den Oord et al. 2018).
    /// </summary>
    InfoNce,

    /// <summary>
    /// SigLIP: a sigmoid loss of every image with every caption, with a learned bias (Zhai et al. 2023, algorithm 1).
    /// </summary>
    Sigmoid,
}

/// <summary>
/// The contrastive losses over unit features of B pairs: row i and column i match; texts after the first B
/// are negatives of all images.
/// </summary>
internal static class ContrastiveLosses
{
    /// <summary>The mean of the cross entropies image → text and text → image.</summary>
    /// <param name="images">[B, D], unit length.</param>
    /// <param name="texts">[B or more, D], unit length.</param>
    /// <param name="logitScale">Scalar; multiplies the cosines.</param>
    public static Tensor InfoNce(Tensor images, Tensor texts, Tensor logitScale)
    {
        var logits = logitScale * matmul(images, texts.t()); // [B, B + M]
        var pairs = TensorFactory.Arange(logits.shape[0], logits.device);
        var toTexts = nn.functional.cross_entropy(logits, pairs);
        var toImages = nn.functional.cross_entropy(logits.narrow(1, 0, logits.shape[0]).t(), pairs);
        return toTexts.Add(toImages).Div(2);
    }

    /// <summary>−(1/B) Σᵢⱼ log σ(zᵢⱼ (scale · cosᵢⱼ + bias)), z = 1 on the diagonal and −1 elsewhere.</summary>
    /// <param name="images">[B, D], unit length.</param>
    /// <param name="texts">[B or more, D], unit length.</param>
    /// <param name="logitScale">Scalar; multiplies the cosines.</param>
    /// <param name="logitBias">Scalar; added to them.</param>
    public static Tensor Sigmoid(Tensor images, Tensor texts, Tensor logitScale, Tensor logitBias)
    {
        var logits = (logitScale * matmul(images, texts.t())).Add(logitBias); // [B, B + M]
        var pairs = logits.shape[0];
        var signs = eye(pairs, logits.shape[1], device: logits.device).Mul(2).Sub(1); // [B, B + M]
        return nn.functional.logsigmoid(signs * logits).sum().negative().Div(pairs);
    }
}
