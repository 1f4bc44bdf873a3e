using static TorchSharp.torch;

namespace Kedge.Features;

/// <summary>
/// The layout of an image's features in one row, as extracted and cached: image feature [D], then patch features [P ·
/// D], then unprojected feature [U].
/// </summary>
/// <param name="encoder">The encoder of the features.</param>
/// <param name="kinds">The kinds of features beside the image features.</param>
internal sealed class FeatureRow(IImageEncoder encoder, FeatureKinds kinds)
{
    private readonly int _patches = kinds.HasFlag(FeatureKinds.Patches) ? encoder.Patches * encoder.Width : 0;
    private readonly int _unprojected = kinds.HasFlag(FeatureKinds.Unprojected) ? encoder.UnprojectedWidth : 0;

    /// <summary>Values per row.</summary>
    public int Width => encoder.Width + _patches + _unprojected;

    /// <summary>Identifies weights and kinds.</summary>
    public string Fingerprint => WithKinds(encoder.Fingerprint);

    /// <summary>The same of what earlier versions kept, where it is as good.</summary>
    public IEnumerable<string> EarlierFingerprints => encoder.EarlierFingerprints.Select(WithKinds);

    /// <summary>Features of B images as rows [B, <see cref="Width"/>].</summary>
    public Tensor Encode(Tensor pixels) => cat([.. encoder.Encode(pixels, kinds).Tensors.Select(tensor => tensor.flatten(1))], 1);

    private string WithKinds(string fingerprint) => kinds == FeatureKinds.Image ? fingerprint : $"{fingerprint} {kinds}";

    /// <summary>Splits rows […, <see cref="Width"/>] into features: new tensors in the current dispose scope.</summary>
    public ImageFeatures Unpack(Tensor rows)
    {
        long[] arrangement = rows.shape[..^1];
        return new(Part(0, encoder.Width))
        {
            Patches = _patches == 0 ? null : Part(encoder.Width, _patches).reshape([.. arrangement, encoder.Patches, encoder.Width]),
            Unprojected = _unprojected == 0 ? null : Part(encoder.Width + _patches, _unprojected),
        };

        Tensor Part(int start, int width) => rows.narrow(-1, start, width).contiguous();
    }
}
