using Kedge.Clip;
using Kedge.Clip.Towers;
using Kedge.Features;
using Kedge.Imaging;
using static TorchSharp.torch;

namespace Kedge.Benchmarks;

/// <summary>The image tower of a published architecture with random weights, in float32.</summary>
internal sealed class RandomEncoder : IImageEncoder, IDisposable
{
    private readonly ClipNetwork _network;
    private readonly VisionTower _images;

    public RandomEncoder(string preset)
    {
        _network = Networks.Frozen(preset);
        _images = _network.PackedImageTower(ScalarType.Float32);
        (Fingerprint, Preprocessing) = (preset, new() { Resolution = ClipPresets.All[preset].Vision.Resolution });
    }

    public string Fingerprint { get; }

    public Preprocessing Preprocessing { get; }

    public int Width => _network.Configuration.FeatureWidth;

    public ImageFeatures Encode(Tensor pixels, FeatureKinds kinds) => EncodeImage(pixels);

    public Tensor EncodeImage(Tensor pixels)
    {
        using var frozen = no_grad();
        using var features = _images.Forward(pixels);
        return features.Unit();
    }

    public void Dispose()
    {
        _images.Dispose();
        _network.Dispose();
    }
}
