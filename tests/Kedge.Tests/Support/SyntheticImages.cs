using System.Globalization;
using Kedge.Clip.Adaptation;
using Kedge.Clip.Towers;
using Kedge.Features;
using static TorchSharp.torch;

namespace Kedge.Tests.Support;

/// <summary>
/// Towers that end in a matrix each, which is the identity at first: what is drawn are the inputs of these matrices.
/// </summary>
/// <param name="support">[V, N, D].</param>
/// <param name="classes">[C, D], of the texts "… class 0." and so on.</param>
/// <param name="places">Where the images at hand are among the support; all by default.</param>
internal sealed class SyntheticImages(Tensor support, Tensor classes, IReadOnlyList<long>? places = null) : ISupportImages
{
    private const string Image = "image", Text = "text";

    private readonly Tensor _support = support, _classes = classes;

    public IReadOnlyList<AttentionProjection> Projections { get; } =
        [new(Image, 1, (int)classes.shape[1], (int)classes.shape[1]), new(Text, 1, (int)classes.shape[1], (int)classes.shape[1])];

    /// <summary>
    /// Images as the updated tower encodes them, in the current dispose scope; without updates these images.
    /// </summary>
    public static ImageFeatures Under(WeightUpdates? updates, ImageFeatures images) =>
        updates is null ? images : Changed(images.Image, (LowRankUpdate)updates.ByWeight[Image], null);

    public ISupportImages AtRows(IReadOnlyList<long> rows) => new SyntheticImages(_support, _classes, Places(rows));

    public IAdaptedTowers Adapt(WeightUpdates updates, Func<Tensor, Tensor>? dropout) => new Towers(this, updates, dropout);

    private long[] Places(IReadOnlyList<long> rows) => [.. rows.Select(row => places is null ? row : places[(int)row])];

    // unit(x + s · B A dropout(x)), or x bit for bit where that is 0
    private static Tensor Changed(Tensor x, LowRankUpdate update, Func<Tensor, Tensor>? dropout)
    {
        using var scope = NewDisposeScope();
        var inputs = dropout is null ? x : dropout(x);
        return (x + inputs.matmul(update.Down[0].t()).matmul(update.Up[0].t()) * update.Scale).WithNormOf(x).MoveToOuterDisposeScope();
    }

    private sealed class Towers(SyntheticImages images, WeightUpdates updates, Func<Tensor, Tensor>? dropout) : IAdaptedTowers
    {
        public Tensor EncodeSupport(int view, IReadOnlyList<long> rows)
        {
            using var scope = NewDisposeScope();
            return Changed(images._support[view].index_select(0, tensor(images.Places(rows))),
                (LowRankUpdate)updates.ByWeight[Image], dropout)
                .MoveToOuterDisposeScope();
        }

        public Tensor EncodeText(IReadOnlyList<string> texts)
        {
            using var scope = NewDisposeScope();
            var named = texts.Select(text => long.Parse(text.Split(' ')[^1].TrimEnd('.'), CultureInfo.InvariantCulture)).ToArray();
            return Changed(images._classes.index_select(0, tensor(named)), (LowRankUpdate)updates.ByWeight[Text], dropout)
                .MoveToOuterDisposeScope();
        }

        public void Dispose() { }
    }
}
