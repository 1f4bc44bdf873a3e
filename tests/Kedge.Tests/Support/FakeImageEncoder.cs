using Kedge.Features;
using Kedge.Imaging;
using static TorchSharp.torch;

namespace Kedge.Tests.Support;

/// <summary>
/// Features are unit rows made of the crop's pixels by a fixed projection. Counts what it is asked for.
/// </summary>
internal sealed class FakeImageEncoder : IImageEncoder
{
    public string Fingerprint { get; init; } = "fake";

    public Preprocessing Preprocessing { get; init; } = new() { Resolution = 8 };

    public int Width { get; init; } = 6;

    public Action? BeforeBatch { get; set; }

    public List<int> Batches { get; } = [];

    public int Crops => Batches.Sum();

    public ImageFeatures Encode(Tensor pixels, FeatureKinds kinds)
    {
        BeforeBatch?.Invoke();
        Batches.Add((int)pixels.shape[0]);
        return Project(pixels);
    }

    /// <summary>The feature of one image, encoded alone.</summary>
    public float[] Expected(ImageFile file)
    {
        using var scope = NewDisposeScope();
        return Project(Preprocessing.ToTensor([Preprocessing.Crop(file)])).data<float>().ToArray();
    }

    private Tensor Project(Tensor pixels)
    {
        using var scope = NewDisposeScope();
        var flat = pixels.flatten(1);
        var weights = arange(flat.shape[1] * Width).reshape(flat.shape[1], Width).to(ScalarType.Float32).cos();
        return flat.matmul(weights).Unit().MoveToOuterDisposeScope();
    }
}
