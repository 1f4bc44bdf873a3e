using Kedge.Clip;
using Kedge.Clip.Towers;
using Kedge.Features;
using Kedge.Imaging;
using static TorchSharp.torch;

namespace Kedge.Benchmarks;

/// <summary>The image tower of a published architecture with random weights.</summary>
internal sealed class RandomEncoder(string preset) : IImageEncoder, IDisposable
{
    private readonly ClipNetwork _network = Networks.Frozen(preset);

    public string Fingerprint => preset;

    public Preprocessing Preprocessing { get; } = new() { Resolution = ClipPresets.All[preset].Vision.Resolution };

    public int Width => _network.Configuration.FeatureWidth;

    public ImageFeatures Encode(Tensor pixels, FeatureKinds kinds) => EncodeImage(pixels);

    public Tensor EncodeImage(Tensor pixels)
    {
        using var frozen = no_grad();
        using var features = _network.visual.Forward(pixels);
        return features.Unit();
    }

    public void Dispose() => _network.Dispose();
}
