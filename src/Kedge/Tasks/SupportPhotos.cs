using Kedge.Clip;
using Kedge.Clip.Adaptation;
using Kedge.Clip.Towers;
using Kedge.Features;
using Kedge.Imaging;
using Kedge.Runtime;
using static TorchSharp.torch;

namespace Kedge.Tasks;

/// <summary>
/// Photos as what towers are adapted to, in the views that the task's features are of. Pixels are read when adapted
/// towers first ask for them, and kept as long as these.
/// </summary>
/// <param name="clip">The model; must outlive this.</param>
/// <param name="images">N photos.</param>
/// <param name="random">The random views beside the centre crop; <see langword="null"/> for none.</param>
/// <param name="threads">Threads that decode.</param>
/// <param name="allowCut">Whether photos that are cut short are used.</param>
internal sealed class SupportPhotos(
    ClipModel clip, IReadOnlyList<ImageFile> images, ViewSet? random, int threads, bool allowCut) : ISupportImages
{
    public IReadOnlyList<AttentionProjection> Projections => clip.AttentionProjections;

    public ISupportImages AtRows(IReadOnlyList<long> rows) =>
        new SupportPhotos(clip, [.. rows.Select(row => images[(int)row])], random, threads, allowCut);

    public IAdaptedTowers Adapt(WeightUpdates updates, Func<Tensor, Tensor>? dropout)
    {
        var crops = new Lazy<RgbImage[][]>(Read);
        return new Towers(clip.Adapt(updates, dropout),
            (view, rows) => clip.Preprocessing.ToTensor([.. rows.Select(row => crops.Value[row][view])]), images.Count);
    }

    // [image][view]
    private RgbImage[][] Read()
    {
        ViewSet?[] kinds = random is null ? [null] : [null, random];
        var loaders = kinds.Select(views => new CropLoader(clip.Preprocessing, views, FeatureStore.InMemory(), allowCut)).ToArray();
        return [.. images.SelectAhead(image => loaders.Select(loader => loader.Load(image)).ToArray(), 2 * threads, threads, default)
            .Select(views => views.SelectMany(view => view.Failure is { } failure ? throw failure : view.Crops).ToArray())];
    }

    /// <summary>
    /// Towers on photos. A ResNet's grids, which come before all that is adapted, are computed once and kept: N ·
    /// C · h · w numbers a view.
    /// </summary>
    private sealed class Towers(AdaptedClip clip, Func<int, IReadOnlyList<long>, Tensor> pixels, int count) : IAdaptedTowers
    {
        private const int AtOnce = 64;

        private readonly Dictionary<int, Tensor> _grids = []; // by view: [N, C, h, w]

        public Tensor EncodeSupport(int view, IReadOnlyList<long> rows)
        {
            using var scope = NewDisposeScope();
            if (!clip.HasTrunk)
                return clip.EncodeImage(pixels(view, rows)).MoveToOuterDisposeScope();
            var grids = Grids(view);
            return clip.EncodeGrid(grids.index_select(0, tensor(rows.ToArray(), device: grids.device))).MoveToOuterDisposeScope();
        }

        public Tensor EncodeText(IReadOnlyList<string> texts) => clip.EncodeText(texts);

        public void Dispose()
        {
            foreach (var grids in _grids.Values)
                grids.Dispose();
            clip.Dispose();
        }

        private Tensor Grids(int view)
        {
            if (_grids.TryGetValue(view, out var grids))
                return grids;
            using var scope = NewDisposeScope();
            var rows = Enumerable.Range(0, count).Select(row => (long)row).Chunk(AtOnce);
            return _grids[view] = cat([.. rows.Select(some => clip.EncodeTrunk(pixels(view, some)))]).DetachFromDisposeScope();
        }
    }
}
