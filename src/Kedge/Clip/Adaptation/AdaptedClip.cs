using Kedge.Clip.Prompts;
using Kedge.Clip.Towers;
using Kedge.Features;
using Kedge.Text;
using static TorchSharp.torch;

namespace Kedge.Clip.Adaptation;

/// <summary>
/// A CLIP whose weights are shared with a frozen one, with low-rank paths beside some and whole tensors in place of
/// others, through which gradients go.
/// </summary>
internal sealed class AdaptedClip : IDisposable
{
    private readonly ClipNetwork _network;
    private readonly TextEncoder _texts;

    /// <param name="frozen">The network of a frozen model, which must outlive this.</param>
    /// <param name="tokenizer">Its tokenizer.</param>
    /// <param name="updates">By the names of weights; they fit, and are on its device.</param>
    /// <param name="dropout">What inputs of low-rank paths go through.</param>
    public AdaptedClip(ClipNetwork frozen, ClipTokenizer tokenizer, WeightUpdates updates, Func<Tensor, Tensor>? dropout)
    {
        var whole = updates.ByWeight.Where(pair => pair.Value is WholeUpdate);
        _network = frozen.Share(whole.ToDictionary(pair => pair.Key, pair => Alias(((WholeUpdate)pair.Value).Value)));
        _texts = new TextEncoder(_network, tokenizer);
        foreach (var weight in _network.AdaptableWeights)
        {
            if (updates.ByWeight.GetValueOrDefault(weight.Projection.Name) is LowRankUpdate update)
                weight.Attach(new LowRankPath(update, dropout));
        }
    }

    /// <summary>
    /// Whether a part of the image tower comes before all that low-rank updates change, and is worth to be computed
    /// once an image: a ResNet's up to its attention pooling.
    /// </summary>
    public bool HasTrunk => _network.visual.Trunk is not null;

    /// <summary>The trunk's work, without gradient: [B, 3, R, R] → the grid [B, C, h, w].</summary>
    public Tensor EncodeTrunk(Tensor pixels)
    {
        using var scope = NewDisposeScope();
        using var noGrad = no_grad();
        return _network.visual.Trunk!.Encode(pixels.to(Device)).MoveToOuterDisposeScope();
    }

    /// <summary>The grid [B, C, h, w] → unit features [B, D].</summary>
    public Tensor EncodeGrid(Tensor grid)
    {
        using var scope = NewDisposeScope();
        return _network.visual.Trunk!.Finish(grid).Unit().MoveToOuterDisposeScope();
    }

    /// <summary>[B, 3, R, R] → unit features [B, D].</summary>
    public Tensor EncodeImage(Tensor pixels)
    {
        using var scope = NewDisposeScope();
        return _network.visual.Forward(pixels.to(Device)).Unit().MoveToOuterDisposeScope();
    }

    /// <summary>n texts → unit features [n, D].</summary>
    public Tensor EncodeText(IReadOnlyList<string> texts)
    {
        using var scope = NewDisposeScope();
        return _texts.Encode(texts).Unit().MoveToOuterDisposeScope();
    }

    public void Dispose() => _network.Dispose();

    private Device Device => _network.logit_scale.device;

    // another handle on the same tensor, which contiguous gives, so that the network may free it and gradients still come to the caller's
    private static Tensor Alias(Tensor value) => value.contiguous();
}
