namespace Kedge.Imaging;

/// <summary>What to do with transparency.</summary>
internal enum AlphaRule
{
    /// <summary>Blend over white: what people see on a page. The default.</summary>
    White,

    /// <summary>
    /// Forget alpha after the crop is made and keep the colours below it, as the reference implementation of CLIP does. While the crop is scaled down,
    /// colours count by their alpha (as in Pillow); what is fully transparent is seldom what anyone means to show.
    /// </summary>
    Drop,
}

/// <summary>How files become pixels. Part of what features depend on, so caches compare it.</summary>
/// <remarks>Pixels are taken as stored: embedded colour profiles are ignored, as Pillow does.</remarks>
internal sealed record ImageDecoding
{
    /// <summary>Turn the picture the way its EXIF orientation says; default true. The reference implementation of CLIP does not.</summary>
    public bool ApplyOrientation { get; init; } = true;

    /// <summary>What to do with transparency; default <see cref="AlphaRule.White"/>.</summary>
    public AlphaRule Alpha { get; init; } = AlphaRule.White;

    /// <summary>The largest width × height that is decoded, 1 to 500,000,000; default 178,956,970 (where Pillow stops, too).</summary>
    /// <remarks>A guard against small files that unpack to enormous pictures; decoding takes 7 bytes a pixel for a moment, 13 with transparency.</remarks>
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
