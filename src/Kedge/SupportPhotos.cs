using Kedge.Clip;
using Kedge.Features;
using Kedge.Imaging;
using static TorchSharp.torch;

namespace Kedge;

/// <summary>Photos as what towers are adapted to. They are read and decoded when towers are first adapted, in the views that the task's features are of, and kept as pixels from then on.</summary>
internal sealed class SupportPhotos : ISupportImages
{
    private readonly ClipModel _clip;
    private readonly Lazy<RgbImage[][]> _crops; // [image][view]
    private readonly IReadOnlyList<long> _rows;

    /// <param name="clip">The model; must outlive this.</param>
    /// <param name="images">N photos.</param>
    /// <param name="random">The random views beside the centre crop; <see langword="null"/> for none.</param>
    /// <param name="threads">Threads that decode.</param>
    public SupportPhotos(ClipModel clip, IReadOnlyList<ImageFile> images, ViewSet? random, int threads)
        : this(clip, new(() => Read(clip, images, random, threads)), [.. Enumerable.Range(0, images.Count).Select(row => (long)row)])
    {
    }

    private SupportPhotos(ClipModel clip, Lazy<RgbImage[][]> crops, IReadOnlyList<long> rows) => (_clip, _crops, _rows) = (clip, crops, rows);

    public IReadOnlyList<AttentionProjection> Projections => _clip.AttentionProjections;

    public ISupportImages AtRows(IReadOnlyList<long> rows) => new SupportPhotos(_clip, _crops, [.. rows.Select(row => _rows[(int)row])]);

    public IAdaptedTowers Adapt(LowRankUpdates updates, Func<Tensor, Tensor>? dropout) =>
        new Towers(_clip.Adapt(updates, dropout), (view, rows) => _clip.Preprocessing.ToTensor([.. rows.Select(row => _crops.Value[_rows[(int)row]][view])]), _rows.Count);

    private static RgbImage[][] Read(ClipModel clip, IReadOnlyList<ImageFile> images, ViewSet? random, int threads)
    {
        ViewSet?[] kinds = random is null ? [null] : [null, random];
        var loaders = kinds.Select(views => new CropLoader(clip.Preprocessing, views, FeatureShelf.InMemory())).ToArray();
        return [.. images.SelectAhead(image => loaders.Select(loader => loader.Load(image)).ToArray(), 2 * threads, threads, default)
            .Select(views => views.SelectMany(view => view.Failure is { } failure ? throw failure : view.Crops).ToArray())];
    }

    /// <summary>Towers on photos. A ResNet's grids, which come before all that is adapted, are computed once and kept: N · C · h · w numbers a view.</summary>
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
