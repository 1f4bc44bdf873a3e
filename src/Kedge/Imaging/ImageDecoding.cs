namespace Kedge.Imaging;

/// <summary>What to do with transparency.</summary>
public enum AlphaRule
{
    /// <summary>Blend over white: what people see on a page. The default.</summary>
    White,

    /// <summary>Forget alpha and keep the colours below it, as the reference implementation of CLIP does (Pillow's <c>convert("RGB")</c>).</summary>
    Drop,
}

/// <summary>How files become pixels. Part of what features depend on, so caches compare it.</summary>
/// <remarks>Pixels are taken as stored: embedded colour profiles are ignored, as Pillow does.</remarks>
public sealed record ImageDecoding
{
    /// <summary>Turn the picture the way its EXIF orientation says; default true. The reference implementation of CLIP does not.</summary>
    public bool ApplyOrientation { get; init; } = true;

    /// <summary>What to do with transparency; default <see cref="AlphaRule.White"/>.</summary>
    public AlphaRule Alpha { get; init; } = AlphaRule.White;

    /// <summary>The largest width × height that is decoded, 1 to 500,000,000; default 178,956,970 (where Pillow stops, too).</summary>
    /// <remarks>A guard against small files that unpack to enormous pictures; decoding takes up to 7 bytes a pixel for a moment.</remarks>
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
