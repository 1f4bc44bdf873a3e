using Kedge.Clip.Relevance;
using Kedge.Clip.Towers;
using Kedge.Imaging;
using Kedge.Runtime;
using static TorchSharp.torch;

namespace Kedge.Clip;

/// <summary>
/// Which tokens of a text and which patches of an image CLIP's similarity of the two rests on: the relevance that "No
/// Token Left Behind" (R. Paiss, H. Chefer, L. Wolf, ECCV 2022, arXiv 2204.04908) is made of. One pass forward and one
/// back an image, by the model's own attention; the model keeps nothing of it, and other threads may encode meanwhile.
/// </summary>
public static class ClipRelevance
{
    /// <summary>Explains the similarity of a photo and a text.</summary>
    /// <param name="clip">The model, of any architecture; where its image tower has no attention, the mean over
    /// positions is taken as attention with equal weights.</param>
    /// <param name="photo">The photo; the model sees the square crop of its middle.</param>
    /// <param name="text">The text, within the context length. One without words is allowed: all of its relevance is
    /// on the start of text.</param>
    /// <param name="allBlocks">Whether relevance of patches is rolled up over all blocks of a Vision Transformer.
    /// Default no: the last block alone, as in the published code. Of tokens it always is.</param>
    /// <returns>Shares of tokens and patches.</returns>
    /// <exception cref="KedgeException">The photo cannot be read, or the text is too long.</exception>
    public static PairRelevance Explain(ClipModel clip, ImageFile photo, string text, bool allBlocks = false)
    {
        using var pixels = clip.Preprocess([photo]);
        return Explain(clip, pixels, text, allBlocks);
    }

    /// <summary>As the other, of pixels [1, 3, R, R].</summary>
    internal static PairRelevance Explain(ClipModel clip, Tensor pixels, string text, bool allBlocks = false)
    {
        using var scope = NewDisposeScope();
        var (cosine, tokens, patches) = Pairs(clip, pixels, [text], allBlocks: allBlocks);
        int[] ids = [.. clip.Tokenizer.TokensOf(text)];
        double[] shares = [.. tokens[0].cpu().data<float>().Select(share => (double)share)];
        var (each, words) = TokenShares.Read(clip.Tokenizer, ids, shares[1..(1 + ids.Length)]);
        return new(text, cosine[0].item<float>(), shares[0], each, words, PatchMap.OfSquare(patches[0]));
    }

    /// <summary>Finds where a photo shows what a text says.</summary>
    /// <param name="clip">The model.</param>
    /// <param name="photo">The photo; what lies outside the square of its middle is not seen.</param>
    /// <param name="text">The text, within the context length.</param>
    /// <param name="threshold">From which part of the largest relevance on a pixel belongs to it, above 0 to 1. Default
    /// 0.2, chosen on drawn scenes.</param>
    /// <returns>A mask, a box, and the share of relevance in the box.</returns>
    /// <exception cref="KedgeException">The photo cannot be read, the text is too long, or the threshold is out of
    /// its range.</exception>
    public static Location Locate(ClipModel clip, ImageFile photo, string text, double threshold = Localisation.Threshold)
    {
        if (threshold is not (> 0 and <= 1))
            throw new KedgeException($"Locating '{text}' found the threshold {threshold}: it must be above 0 and at most 1.");
        var image = ImageDecoder.Decode(photo, clip.Preprocessing.Decoding);
        return Localisation.Find(Explain(clip, photo, text), new(image.Width, image.Height), threshold);
    }

    /// <summary>Relevance of pairs of an image and a text, each for the score of its own pair.</summary>
    /// <param name="clip">The model.</param>
    /// <param name="pixels">[B, 3, height, width], F32.</param>
    /// <param name="texts">B texts, within the context length.</param>
    /// <param name="logit">Whether the score is s · cosine instead of the cosine, which matters to tokens, as E enters
    /// with its powers.</param>
    /// <param name="allBlocks">Whether patches are rolled up over all blocks of a ViT instead of the last.</param>
    /// <returns>
    /// In the current dispose scope, without gradient: cosines [B]; shares of tokens [B, n] (<see
    /// cref="TextRelevance.Shares"/>), n positions of the longest text; relevance of patches [B, P], not divided by its
    /// sum.
    /// </returns>
    internal static (Tensor Cosines, Tensor Tokens, Tensor Patches) Pairs(
        ClipModel clip, Tensor pixels, IReadOnlyList<string> texts, bool logit = false, bool allBlocks = false)
    {
        using var scope = NewDisposeScope();
        using var normal = inference_mode(false);
        using var grad = enable_grad();
        using AttentionProbe image = new() { Blocks = allBlocks ? int.MaxValue : 1 }, text = new();
        var cosines = (ClipAttention.EncodeImage(clip, pixels, image) * ClipAttention.EncodeText(clip, texts, text)).sum(1); // [B]
        var score = cosines.sum().Mul(logit ? clip.LogitScale : 1); // a pair's attention feeds its own cosine alone
        var gradients = autograd.grad([score], [.. text.Weights, .. image.Weights]);
        using var done = no_grad();
        var ends = tensor(texts.Select(words => clip.Tokenizer.TokensOf(words).Count + 1L).ToArray(), device: cosines.device);
        var tokens = TextRelevance.Shares(text.Weights, [.. gradients.Take(text.Weights.Count)], ends);
        var patches = PatchRelevance.Raw(image.Weights, [.. gradients.Skip(text.Weights.Count)], PatchesOf(clip, pixels));
        return (cosines.detach().MoveToOuterDisposeScope(), tokens.MoveToOuterDisposeScope(), patches.MoveToOuterDisposeScope());
    }

    private static long PatchesOf(ClipModel clip, Tensor pixels)
    {
        var side = clip.Configuration.Vision.Stride;
        return pixels.shape[2] / side * (pixels.shape[3] / side);
    }
}
