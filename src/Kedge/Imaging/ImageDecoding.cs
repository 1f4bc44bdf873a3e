using System.Text.Json.Serialization;

namespace Kedge.Imaging;

/// <summary>What to do with transparency.</summary>
internal enum AlphaRule
{
    /// <summary>Composite over white. The default.</summary>
    White,

    /// <summary>
    /// Discard alpha after the crop and keep the stored colours, as the reference implementation of CLIP does. The
    /// resize weights colours by alpha, as in Pillow. Colours of fully transparent pixels are seldom meant to be seen.
    /// </summary>
    Drop,
}

/// <summary>How image files are decoded to pixels. Part of the key of cached features.</summary>
/// <remarks>Pixels are taken as stored: embedded colour profiles are ignored, as Pillow does.</remarks>
internal sealed record ImageDecoding
{
    /// <summary>Apply the EXIF orientation; default true. The reference implementation of CLIP does not.</summary>
    public bool ApplyOrientation { get; init; } = true;

    /// <summary>What to do with transparency; default <see cref="AlphaRule.White"/>.</summary>
    public AlphaRule Alpha { get; init; } = AlphaRule.White;

    /// <summary>
    /// Use a file that is cut short as far as it goes; default false: it is refused. Not part of the key of cached
    /// features, as those of cut files are not kept.
    /// </summary>
    [JsonIgnore]
    public bool AllowCut { get; init; }

    /// <summary>
    /// The largest width × height that is decoded, 1 to 500,000,000; default 178,956,970 (Pillow's limit).
    /// </summary>
    /// <remarks>
    /// Protects against decompression bombs. Decoding takes 4 bytes a pixel (7 below 16.8 million pixels), 3 more where
    /// the orientation is not upright, and up to 6 more inside decoders of interlaced PNG and progressive JPEG; all
    /// decoding threads together take at most 1 GiB, or one picture.
    /// </remarks>
    /// <exception cref="ArgumentOutOfRangeException">Outside the range.</exception>
    public long MaxPixels
    {
        get;
        init
        {
            ArgumentOutOfRangeException.ThrowIfLessThan(value, 1);
            ArgumentOutOfRangeException.ThrowIfGreaterThan(value, 500_000_000);
            field = value;
        }
    } = 178_956_970;
}
