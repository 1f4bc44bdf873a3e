using Kedge.Clip.Relevance;
using Kedge.Clip.Towers;
using Kedge.Features;
using Kedge.Imaging;
using Kedge.Optimisation;
using Kedge.Runtime;
using static TorchSharp.torch;
using Parameter = TorchSharp.Modules.Parameter;

namespace Kedge.Clip;

/// <summary>
/// A mask over the patches of a photo that makes CLIP see all words of a text: the guided input of "No Token Left
/// Behind" (R. Paiss, H. Chefer, L. Wolf, ECCV 2022, arXiv 2204.04908), a mask in place of a generator's latents.
/// <code>
///     x' = m x + (1 − m) · mean colour        m = sigmoid(a), a number a patch, from 0.88
///     loss = −cos(x', text) − λ · mean over words of (the largest scaled relevance of its tokens)
/// </code>
/// Relevance is differentiated through its gradients, so that these are not constants here. Adam, rate 0.1: the
/// published code's of editing; λ 0.1: its of generation.
/// </summary>
internal static class GuidedMask
{
    private const double Weight = 0.1, Rate = 0.1, Start = 2;

    /// <summary>Optimises the mask.</summary>
    /// <param name="clip">The model.</param>
    /// <param name="photo">The photo.</param>
    /// <param name="text">The text, within the context length, with at least one word that shows in pictures.</param>
    /// <param name="steps">Steps, at least 1.</param>
    /// <param name="cancellation">Stops between two steps.</param>
    /// <exception cref="KedgeException">
    /// The photo cannot be read, or the text is too long or has no such word.
    /// </exception>
    public static Guidance Optimise(
        ClipModel clip, ImageFile photo, string text, int steps = 60, CancellationToken cancellation = default)
    {
        int[] ids = [.. clip.Tokenizer.TokensOf(text)];
        Range[] words = [.. TokenShares.WordsOf(clip.Tokenizer, ids)
            .Where(word => !FunctionWords.Contains(clip.Tokenizer.Decode(ids[word])))];
        if (words.Length == 0)
            throw new KedgeException($"Guiding the model by '{text}' found no word that shows in a picture: give a text with one.");
        using var scope = NewDisposeScope();
        using var normal = inference_mode(false);
        using var grad = enable_grad();
        var pixels = clip.OnDevice(clip.Preprocess([photo]));
        var side = (int)Math.Sqrt(clip.Patches);
        var end = tensor(new[] { ids.Length + 1L }, device: clip.Device);
        var mask = new Parameter(TensorFactory.Full([1, 1, side, side], Start, device: clip.Device));
        using (var optimizer = new Adam([mask], Rate))
        {
            for (var step = 0; step < steps; step++)
            {
                cancellation.ThrowIfCancellationRequested();
                using var inner = NewDisposeScope();
                optimizer.zero_grad();
                Loss(clip, Masked(pixels, mask), text, words, end).backward();
                optimizer.step();
            }
        }
        using var done = no_grad();
        return new(ClipRelevance.Explain(clip, pixels, text), ClipRelevance.Explain(clip, Masked(pixels, mask), text), side,
            [.. mask.sigmoid().cpu().data<float>().Select(visible => (double)visible)]);
    }

    private static Tensor Masked(Tensor pixels, Tensor mask) => // normalised pixels of 0 are the mean colour
        pixels * nn.functional.interpolate(mask.sigmoid(), [pixels.shape[2], pixels.shape[3]], mode: InterpolationMode.Nearest);

    private static Tensor Loss(ClipModel clip, Tensor pixels, string text, Range[] words, Tensor end)
    {
        using var probe = new AttentionProbe();
        var image = clip.Network.visual.Forward(pixels).Unit();
        var cosine = (image * ClipAttention.EncodeText(clip, [text], probe)).sum();
        var gradients = autograd.grad([cosine], [.. probe.Weights], retain_graph: true, create_graph: true);
        var shares = TextRelevance.Words(TextRelevance.Shares(probe.Weights, [.. gradients], end))[0]; // [n]
        var wanted = stack(words.Select(word => shares[(1 + word.Start.Value)..(1 + word.End.Value)].amax(0))).mean();
        var scaled = wanted / shares.amax(0).ClampMin(1e-12);
        return cosine.Add(scaled, Weight).negative();
    }
}
