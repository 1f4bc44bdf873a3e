using Kedge.Features;
using Kedge.Imaging;
using static TorchSharp.torch;

namespace Kedge.Clip;

/// <summary>
/// More than one kind of features as one row an image, so that they are extracted and kept as any others: the image [D], then its patches [P · D], then what is unprojected [U].
/// </summary>
/// <param name="clip">The model; stays the caller's.</param>
/// <param name="kinds">What beside the images' own features.</param>
internal sealed class PackedEncoder(ClipModel clip, FeatureKinds kinds) : IImageEncoder
{
    private readonly int _patches = kinds.HasFlag(FeatureKinds.Patches) ? clip.Patches * clip.FeatureWidth : 0;
    private readonly int _unprojected = kinds.HasFlag(FeatureKinds.Unprojected) ? clip.UnprojectedWidth : 0;

    public string Fingerprint => kinds == FeatureKinds.Image ? clip.Fingerprint : $"{clip.Fingerprint} {kinds}";

    public Preprocessing Preprocessing => clip.Preprocessing;

    public int Width => clip.FeatureWidth + _patches + _unprojected;

    public Tensor EncodeImage(Tensor pixels)
    {
        using var scope = NewDisposeScope();
        return cat([.. clip.EncodeImage(pixels, kinds).Tensors.Select(tensor => tensor.flatten(1))], 1).MoveToOuterDisposeScope();
    }

    /// <summary>Rows […, <see cref="Width"/>] taken apart again: new tensors in the current dispose scope.</summary>
    public ImageFeatures Unpack(Tensor rows)
    {
        long[] arrangement = rows.shape[..^1];
        return new(Part(0, clip.FeatureWidth))
        {
            Patches = _patches == 0 ? null : Part(clip.FeatureWidth, _patches).reshape([.. arrangement, clip.Patches, clip.FeatureWidth]),
            Unprojected = _unprojected == 0 ? null : Part(clip.FeatureWidth + _patches, _unprojected),
        };

        Tensor Part(int start, int width) => rows.narrow(-1, start, width).contiguous();
    }
}
