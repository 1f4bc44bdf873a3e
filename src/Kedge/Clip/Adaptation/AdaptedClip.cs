using Kedge.Clip.Towers;
using Kedge.Features;
using static TorchSharp.torch;

namespace Kedge.Clip.Adaptation;

/// <summary>A CLIP whose weights are shared with a frozen one and have low-rank paths beside them, through which gradients go.</summary>
internal sealed class AdaptedClip : IDisposable
{
    private readonly ClipModel _clip;
    private readonly ClipNetwork _network;

    /// <param name="clip">The frozen model; must outlive this.</param>
    /// <param name="frozen">Its network.</param>
    /// <param name="updates">By the names of weights; they fit.</param>
    /// <param name="dropout">What inputs of paths go through.</param>
    public AdaptedClip(ClipModel clip, ClipNetwork frozen, LowRankUpdates updates, Func<Tensor, Tensor>? dropout)
    {
        (_clip, _network) = (clip, frozen.Share());
        foreach (var weight in AdaptableWeight.Of(_network))
        {
            if (updates.ByWeight.TryGetValue(weight.Projection.Name, out var update))
                weight.Attach(new LowRankPath(update, dropout));
        }
    }

    /// <summary>Whether a part of the image tower comes before all that is adapted, and is worth to be computed once an image: a ResNet's up to its attention pooling.</summary>
    public bool HasTrunk => _network.visual is ModifiedResNet;

    /// <summary>The trunk's work, without gradient: [B, 3, R, R] → the grid [B, C, h, w].</summary>
    public Tensor EncodeTrunk(Tensor pixels)
    {
        using var scope = NewDisposeScope();
        using var frozen = no_grad();
        return ((ModifiedResNet)_network.visual).Grid(pixels.to(_clip.Device)).MoveToOuterDisposeScope();
    }

    /// <summary>The grid [B, C, h, w] → unit features [B, D].</summary>
    public Tensor EncodeGrid(Tensor grid)
    {
        using var scope = NewDisposeScope();
        return ((ModifiedResNet)_network.visual).OfGrid(grid).Unit().MoveToOuterDisposeScope();
    }

    /// <summary>[B, 3, R, R] → unit features [B, D].</summary>
    public Tensor EncodeImage(Tensor pixels)
    {
        using var scope = NewDisposeScope();
        return _network.visual.Forward(pixels.to(_clip.Device)).Unit().MoveToOuterDisposeScope();
    }

    /// <summary>n texts → unit features [n, D].</summary>
    public Tensor EncodeText(IReadOnlyList<string> texts)
    {
        using var scope = NewDisposeScope();
        int[][] ids = [.. texts.Select(text => _clip.Tokenizer.Encode(text, _clip.Configuration.Text.ContextLength, truncate: false))];
        return _network.EncodeText(TokenBatch.From(ids, _clip.Device)).Unit().MoveToOuterDisposeScope();
    }

    public void Dispose() => _network.Dispose();
}
