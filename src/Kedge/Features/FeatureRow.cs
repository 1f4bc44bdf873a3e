using static TorchSharp.torch;

namespace Kedge.Features;

/// <summary>
/// How the features of an image lie in one row, as they are extracted and cached: the image [D], then its patches [P ·
/// D], then what is unprojected [U].
/// </summary>
/// <param name="encoder">Whose features they are.</param>
/// <param name="kinds">What beside the images' own features.</param>
internal sealed class FeatureRow(IImageEncoder encoder, FeatureKinds kinds)
{
    private readonly int _patches = kinds.HasFlag(FeatureKinds.Patches) ? encoder.Patches * encoder.Width : 0;
    private readonly int _unprojected = kinds.HasFlag(FeatureKinds.Unprojected) ? encoder.UnprojectedWidth : 0;

    /// <summary>Numbers of a row.</summary>
    public int Width => encoder.Width + _patches + _unprojected;

    /// <summary>Tells rows of these weights and kinds from all others.</summary>
    public string Fingerprint => kinds == FeatureKinds.Image ? encoder.Fingerprint : $"{encoder.Fingerprint} {kinds}";

    /// <summary>Features of B images as rows [B, <see cref="Width"/>].</summary>
    public Tensor Encode(Tensor pixels) => cat([.. encoder.Encode(pixels, kinds).Tensors.Select(tensor => tensor.flatten(1))], 1);

    /// <summary>Rows […, <see cref="Width"/>] taken apart again: new tensors in the current dispose scope.</summary>
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
