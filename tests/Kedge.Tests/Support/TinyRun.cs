using Kedge.Clip.Towers;
using Kedge.Data;
using Kedge.Data.Captions;
using Kedge.Imaging;
using Kedge.Tensors;
using Kedge.Training.Objectives;
using SkiaSharp;
using static TorchSharp.torch;

namespace Kedge.Tests.Support;

/// <summary>
/// A run that takes a second: a network of two blocks, eight pictures of one colour each and the names
/// of the colours, six steps.
/// </summary>
internal static class TinyRun
{
    public const int Steps = 6;
    public const int CheckpointEvery = 3;

    private static readonly TransformerConfiguration Blocks = new(Width: 32, Layers: 1, Heads: 1, MlpWidth: 64);

    public static ClipConfiguration Architecture { get; } =
        new(16, new VisionTransformerConfiguration(16, 8, Blocks), new TextConfiguration(77, 49408, Blocks));

    public static PretrainingOptions Options { get; } = new()
    {
        Steps = Steps,
        BatchSize = 4,
        WarmUpSteps = 2,
        CheckpointEvery = CheckpointEvery,
    };

    public static IReadOnlyList<CaptionedImage> Pairs { get; } =
    [
        Colour(0, "red", 220, 20, 20), Colour(1, "green", 20, 200, 20), Colour(2, "blue", 20, 20, 220), Colour(3, "yellow", 230, 230, 20),
        Colour(4, "black", 10, 10, 10), Colour(5, "white", 245, 245, 245), Colour(6, "orange", 240, 140, 10),
        Colour(7, "pink", 250, 150, 200),
    ];

    public static HeldOutImages HeldOut { get; } =
        new([.. Pairs.Select(pair => new LabelledImage(pair.Image, pair.Group))], [.. Pairs.Select(pair => pair.Captions[1])]);

    public static string Run(
        string folder, PretrainingOptions? options = null, IReadOnlyList<CaptionedImage>? pairs = null,
        ClipConfiguration? architecture = null,
        CancellationToken? cancellation = null) =>
        new ContrastiveTrainer(architecture ?? Architecture, options ?? Options)
            .Run(new(pairs ?? Pairs) { HeldOut = HeldOut }, folder, cancellation: cancellation ?? TestContext.Current.CancellationToken);

    /// <summary>Asserts that two runs ended in the same state, bit for bit.</summary>
    public static void AssertSame(string expected, string actual)
    {
        AssertSameCheckpoint(expected, actual);
        AssertSameFile(expected, actual, "model.safetensors");
    }

    /// <summary>As <see cref="AssertSame"/>, but for the weights that a run writes to be used.</summary>
    public static void AssertSameCheckpoint(string expected, string actual)
    {
        foreach (var file in (string[])["checkpoint/model.safetensors", "checkpoint/optimizer.bin", "checkpoint/run.json"])
            AssertSameFile(expected, actual, file);
    }

    private static void AssertSameFile(string expected, string actual, string file) =>
        Assert.True(File.ReadAllBytes(Path.Combine(expected, file)).SequenceEqual(File.ReadAllBytes(Path.Combine(actual, file))),
            $"{file} differs.");

    /// <summary>The F32 weights of a run's checkpoint.</summary>
    public static Dictionary<string, float[]> Weights(string folder) => WeightsIn(Path.Combine(folder, "checkpoint", "model.safetensors"));

    /// <summary>All weights of a file.</summary>
    public static Dictionary<string, float[]> WeightsIn(string path)
    {
        using var file = SafetensorsFile.Open(path);
        return file.Entries.Keys.ToDictionary(key => key, key =>
        {
            using var weights = file.Read(key);
            using var values = weights.to(ScalarType.Float32, copy: true);
            return values.data<float>().ToArray();
        });
    }

    private static CaptionedImage Colour(int group, string name, byte red, byte green, byte blue) => new(
        new MemoryImageFile($"{name}.png", Pictures.Encode(Pictures.Draw(24, 20, (_, _) => (red, green, blue)), SKEncodedImageFormat.Png)),
        [$"a photo of something {name}.", name],
        group);
}

/// <summary>
/// A run that nothing disturbed, with checkpoints of steps 3 and 6; to be looked at and copied, not changed.
/// </summary>
public sealed class UndisturbedRun : IDisposable
{
    private readonly TemporaryFolder _scratch = new();

    public UndisturbedRun() => Weights = TinyRun.Run(Folder);

    public string Folder => _scratch["run"];

    public string Weights { get; }

    public void Dispose() => _scratch.Dispose();
}

/// <summary>An image that can be read a number of times, counted over all that share the count.</summary>
internal sealed class FailingImageFile(ImageFile image, FailingImageFile.Count reads) : ImageFile
{
    internal sealed class Count(int left)
    {
        private int _left = left;

        public bool Take() => Interlocked.Decrement(ref _left) >= 0;
    }

    public override string Name => image.Name;

    public override byte[] ReadAllBytes() =>
        reads.Take() ? image.ReadAllBytes() : throw new KedgeException($"Cannot read the image '{Name}': the disk is gone.");
}
