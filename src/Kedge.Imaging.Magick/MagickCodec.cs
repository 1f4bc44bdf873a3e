using ImageMagick;

namespace Kedge.Imaging;

/// <summary>
/// Decodes HEIC, AVIF, TIFF, JPEG 2000 and JPEG XL by ImageMagick. A file is handed to the decoder of the format that
/// its content states, and to no other of ImageMagick's.
/// </summary>
public sealed class MagickCodec : ImageCodec
{
    /// <inheritdoc/>
    public override IReadOnlyList<string> Endings { get; } =
    [
        ".heic", ".heif", ".hif", ".avif", ".tif", ".tiff", ".jp2", ".j2k", ".jpf", ".jpx", ".j2c", ".jxl",
    ];

    /// <inheritdoc/>
    public override bool CanDecode(ReadOnlySpan<byte> bytes) => FormatOf(bytes) is not null;

    /// <inheritdoc/>
    public override (int Width, int Height) Measure(byte[] bytes) => Read(bytes, format =>
    {
        var info = new MagickImageInfo(bytes, Settings(format));
        var (width, height) = ((int)info.Width, (int)info.Height);
        return format == MagickFormat.Tiff && info.Orientation >= Orientation.LeftTop ? (height, width) : (width, height);
    });

    /// <inheritdoc/>
    public override byte[] Decode(byte[] bytes) => Read(bytes, format =>
    {
        using var image = new MagickImage(bytes, Settings(format));
        if (format == MagickFormat.Tiff)
            image.AutoOrient(); // the other decoders have turned it
        if (image.ColorSpace == ColorSpace.CMYK)
            image.ColorSpace = ColorSpace.sRGB;
        using var pixels = image.GetPixels();
        return pixels.ToByteArray(PixelMapping.RGBA)!;
    });

    private static MagickReadSettings Settings(MagickFormat format) => new() { Format = format, FrameIndex = 0, FrameCount = 1 };

    private static T Read<T>(byte[] bytes, Func<MagickFormat, T> read)
    {
        var format = FormatOf(bytes) ?? throw new ArgumentException("The bytes are of no format that is decoded.", nameof(bytes));
        try
        {
            return read(format);
        }
        catch (MagickException e)
        {
            throw new KedgeException($"the {Word(format)} file is cut short, damaged, or of a kind that ImageMagick does not read; " +
                "copy or download it again, or save it as JPEG.", e);
        }
    }

    private static MagickFormat? FormatOf(ReadOnlySpan<byte> bytes) => bytes switch
    {
        [_, _, _, _, (byte)'f', (byte)'t', (byte)'y', (byte)'p', _, _, _, _, ..] => FormatOfBrands(bytes[8..Math.Min(bytes.Length, 64)]),
        [(byte)'I', (byte)'I', 42 or 43, 0, ..] or [(byte)'M', (byte)'M', 0, 42 or 43, ..] => MagickFormat.Tiff,
        [0, 0, 0, 12, (byte)'j', (byte)'P', ..] => MagickFormat.Jp2,
        [0xFF, 0x4F, 0xFF, 0x51, ..] => MagickFormat.J2c,
        [0, 0, 0, 12, (byte)'J', (byte)'X', (byte)'L', ..] or [0xFF, 0x0A, ..] => MagickFormat.Jxl,
        _ => null,
    };

    private static MagickFormat? FormatOfBrands(ReadOnlySpan<byte> brands) =>
        brands.StartsWith("avif"u8) || brands.StartsWith("avis"u8) ? MagickFormat.Avif
        : brands.StartsWith("he"u8) ? MagickFormat.Heic
        : brands.StartsWith("mif1"u8) || brands.StartsWith("msf1"u8)
            ? brands.IndexOf("avif"u8) >= 0 ? MagickFormat.Avif : MagickFormat.Heic
        : null;

    private static string Word(MagickFormat format) => format switch
    {
        MagickFormat.Jp2 or MagickFormat.J2c => "JPEG 2000",
        MagickFormat.Jxl => "JPEG XL",
        _ => format.ToString().ToUpperInvariant(),
    };
}
