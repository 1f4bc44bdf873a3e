using Kedge.Clip.Towers;
using Kedge.Runtime;
using static TorchSharp.torch;

namespace Kedge.Clip.Adaptation;

/// <summary>A low-rank update beside the weight that it changes, while it is learned.</summary>
/// <param name="update">The factors; not owned.</param>
/// <param name="dropout">What the inputs go through first, once a projection;
/// <see langword="null"/> for nothing.</param>
internal sealed class LowRankPath(LowRankUpdate update, Func<Tensor, Tensor>? dropout) : IProjectionPath
{
    /// <summary>s · B A x of each projection side by side: […, in] → […, p · out].</summary>
    public Tensor Apply(Tensor x)
    {
        var rows = x.reshape(-1, x.shape[^1]).expand(update.Down.shape[0], -1, -1); // [p, n, in]
        var narrow = (dropout is null ? rows : dropout(rows)).bmm(update.Down.transpose(1, 2)); // [p, n, r]
        var wide = narrow.bmm(update.Up.transpose(1, 2)).Mul(update.Scale); // [p, n, out]
        return wide.transpose(0, 1).reshape([.. x.shape[..^1], -1]);
    }
}
