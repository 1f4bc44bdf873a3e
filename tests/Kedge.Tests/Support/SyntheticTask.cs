using Kedge.Features;
using Kedge.FewShot;
using static TorchSharp.torch;

namespace Kedge.Tests.Support;

/// <summary>
/// Drawn features with the make-up of CLIP's: class features at random, images of a class around a centre that lies
/// near its class feature but not on it, so that the names help and learning helps more. Each image has patches around
/// its own feature, and an unprojected feature that a drawn projection takes to it. Owns its tensors.
/// </summary>
internal sealed class SyntheticTask : IDisposable
{
    private const float NameHelps = 0.7f;

    /// <summary>
    /// CLIP's cosines lie within a few hundredths and its scale is 100; those drawn here spread ten times as far.
    /// </summary>
    public const float LogitScale = 10;

    private readonly Random _random;
    private readonly float _noise;
    private readonly bool _ownsTower;
    private readonly float[][] _classes, _centres;

    /// <param name="shots">Support images of each class.</param>
    /// <param name="queriesPerClass">Images of each class to classify.</param>
    /// <param name="width">D.</param>
    /// <param name="views">V; all but the first are noisier.</param>
    /// <param name="noise">Length of the noise beside a centre of length 1.</param>
    /// <param name="seed">Of everything drawn.</param>
    /// <param name="tower">Another task's tower, which stays that task's; null for an own one.</param>
    public SyntheticTask(int[] shots, int queriesPerClass = 8, int width = 16, int views = 2, float noise = 1.2f, int seed = 1,
        SyntheticTextTower? tower = null)
    {
        using var scope = NewDisposeScope();
        (_random, _noise, _ownsTower) = (new Random(seed), noise, tower is null);
        _classes = [.. shots.Select(_ => Unit(Draw(width)))];
        _centres = [.. _classes.Select(t => Unit(Add(t, Unit(Draw(width)), 1 / NameHelps)))];
        var labels = shots.SelectMany((count, label) => Enumerable.Repeat((long)label, count)).ToArray();
        var images = labels.Select(label => Image(label)).ToArray();
        var support = Enumerable.Range(0, views)
            .Select(view => images.Select(x => view == 0 ? x : Unit(Add(x, Unit(Draw(width)), 0.3f))).ToArray()).ToArray();
        QueryLabels = [.. Enumerable.Range(0, shots.Length * queriesPerClass).Select(i => i % shots.Length)];
        Queries = Tensor(QueryLabels.Select(label => Image(label))).DetachFromDisposeScope();
        Support = stack(support.Select(Tensor)).DetachFromDisposeScope();
        Labels = tensor(labels).DetachFromDisposeScope();
        Classes = Tensor(_classes).DetachFromDisposeScope();
        Tower = tower ?? new SyntheticTextTower(width, Classes);
        var extra = new Random(seed + 1000); // leaves the other draws as they are
        Projection =
            new(Drawn(extra, width + MoreUnprojected, width).DetachFromDisposeScope(), Drawn(extra, width).DetachFromDisposeScope());
        SupportImages = WithMore(Support, extra).Each(tensor => tensor.DetachFromDisposeScope());
        Images = WithMore(Queries, extra).Each(tensor => tensor.DetachFromDisposeScope());
        Task = Make(SupportImages, Labels);
    }

    /// <summary>P.</summary>
    public const int Patches = 3;

    private const int MoreUnprojected = 4; // U − D

    public static SyntheticTask Even(int classes, int shots, int seed = 1, float noise = 1.2f) =>
        new([.. Enumerable.Repeat(shots, classes)], seed: seed, noise: noise);

    public FewShotTask Task { get; }

    public SyntheticTextTower Tower { get; }

    /// <summary>[V, N, D].</summary>
    public Tensor Support { get; }

    /// <summary>[N].</summary>
    public Tensor Labels { get; }

    /// <summary>[C, D].</summary>
    public Tensor Classes { get; }

    /// <summary>[Q, D] unit.</summary>
    public Tensor Queries { get; }

    /// <summary>The support images with all that a tower could tell of them: [V, N, …].</summary>
    public ImageFeatures SupportImages { get; }

    /// <summary>The queries with all that a tower could tell of them: [Q, …].</summary>
    public ImageFeatures Images { get; }

    public ImageProjection Projection { get; }

    public int[] QueryLabels { get; }

    /// <summary>This task with other support images.</summary>
    public FewShotTask Make(ImageFeatures support, Tensor labels, IReadOnlyList<string>? names = null) =>
        new(new(support, labels) { Names = names },
            new([.. Enumerable.Range(0, _classes.Length).Select(c => $"class {c}")], Classes, LogitScale, ["a photo of a {}."]),
            new() { TextTower = Tower, Projection = Projection, Images = new SyntheticImages(support.Image, Classes) });

    public float Accuracy(FewShotClassifier classifier)
    {
        using var scope = NewDisposeScope();
        var logits = classifier.Logits(SyntheticImages.Under(classifier.Update, Images));
        var best = logits.argmax(1);
        return best.data<long>().Zip(QueryLabels).Count(pair => pair.First == pair.Second) / (float)QueryLabels.Length;
    }

    public void Dispose()
    {
        foreach (var tensor in (Tensor[])[.. SupportImages.Tensors, Labels,
            Classes, .. Images.Tensors, Projection.Weight, Projection.Bias!])
            tensor.Dispose();
        if (_ownsTower)
            Tower.Dispose();
    }

    private float[] Image(long label) => Unit(Add(_centres[label], Unit(Draw(_centres[label].Length)), _noise));

    /// <summary>
    /// […, D] → patches [P, …, D] near the images, and unprojected [U] with projection(u) along
    /// the image, twice as long.
    /// </summary>
    private ImageFeatures WithMore(Tensor images, Random random)
    {
        var noise = Drawn(random, [.. images.shape[..^1], Patches, images.shape[^1]]);
        return new(images)
        {
            Patches = (images.unsqueeze(-2) + noise * (_noise / MathF.Sqrt(images.shape[^1]))).Unit(),
            Unprojected = (images * 2 - Projection.Bias!).matmul(linalg.pinv(Projection.Weight)),
        };
    }

    private static Tensor Drawn(Random random, params long[] shape) =>
        tensor(SyntheticTextTower.Normal(random, (int)shape.Aggregate((a, b) => a * b))).reshape(shape);

    private float[] Draw(int width) => SyntheticTextTower.Normal(_random, width);

    private static Tensor Tensor(IEnumerable<float[]> rows) => stack(rows.Select(row => tensor(row)));

    private static float[] Add(float[] x, float[] y, float weight) => [.. x.Zip(y, (a, b) => a + weight * b)];

    private static float[] Unit(float[] x)
    {
        var length = MathF.Sqrt(x.Sum(a => a * a));
        return [.. x.Select(a => a / length)];
    }
}
