namespace Kedge.Imaging.Files;

/// <summary>What a file is by its content, whatever its name says.</summary>
internal enum FileContent
{
    Unknown, Jpeg, Png, WebP, Bmp, Gif, Heic, Avif, Tiff, Jpeg2000, JpegXl, Photoshop, CameraRaw, Icon, Svg, Pdf, Video, Html,
    GitLfsPointer, Text, Archive, Zeros,
}

/// <summary>Recognises the content of files by their signatures.</summary>
internal static class FileContents
{
    /// <summary>What a file is.</summary>
    /// <param name="bytes">All of it.</param>
    /// <param name="name">Its name, whose ending tells most raw files of cameras from TIFF.</param>
    public static FileContent Recognise(ReadOnlySpan<byte> bytes, string name) => bytes switch
    {
        [0xFF, 0xD8, 0xFF, ..] => FileContent.Jpeg,
        [0x89, (byte)'P', (byte)'N', (byte)'G', ..] => FileContent.Png,
        [(byte)'G', (byte)'I', (byte)'F', (byte)'8', ..] => FileContent.Gif,
        [(byte)'B', (byte)'M', _, _, _, _, 0, 0, 0, 0, ..] => FileContent.Bmp,
        [(byte)'R', (byte)'I', (byte)'F', (byte)'F', _, _, _, _, ..] => Riff(bytes[8..]),
        [_, _, _, _, (byte)'f', (byte)'t', (byte)'y', (byte)'p', ..] => Brands(bytes),
        [0, 0, 0, 12, (byte)'j', (byte)'P', ..] or [0xFF, 0x4F, 0xFF, 0x51, ..] => FileContent.Jpeg2000,
        [0, 0, 0, 12, (byte)'J', (byte)'X', (byte)'L', ..] or [0xFF, 0x0A, ..] => FileContent.JpegXl,
        [(byte)'I', (byte)'I', 42, 0, _, _, _, _, (byte)'C', (byte)'R', ..] => FileContent.CameraRaw,
        [(byte)'I', (byte)'I', 42 or 43, 0, ..] or [(byte)'M', (byte)'M', 0, 42 or 43, ..] =>
            CameraRaw.IsNamed(name) ? FileContent.CameraRaw : FileContent.Tiff,
        [(byte)'I', (byte)'I', (byte)'R' or (byte)'U', ..] or [(byte)'M', (byte)'M', (byte)'O', (byte)'R', ..] => FileContent.CameraRaw,
        [0, 0, 1, 0, _, 0, ..] => FileContent.Icon,
        [0x1A, 0x45, 0xDF, 0xA3, ..] or [0, 0, 1, 0xBA or 0xB3, ..] => FileContent.Video,
        [(byte)'P', (byte)'K', 3, 4, ..] or [0x1F, 0x8B, ..] or [(byte)'7', (byte)'z', 0xBC, 0xAF, ..] => FileContent.Archive,
        _ when bytes.StartsWith("8BPS"u8) => FileContent.Photoshop,
        _ when bytes.StartsWith("FUJIFILM"u8) || bytes.StartsWith("FOVb"u8) => FileContent.CameraRaw,
        _ when bytes.StartsWith("%PDF"u8) => FileContent.Pdf,
        _ when bytes.StartsWith("Rar!"u8) => FileContent.Archive,
        _ when bytes.Length > 0 && !bytes.ContainsAnyExcept((byte)0) => FileContent.Zeros,
        _ => TextContents.Recognise(bytes),
    };

    private static FileContent Riff(ReadOnlySpan<byte> form) =>
        form.StartsWith("WEBP"u8) ? FileContent.WebP : form.StartsWith("AVI "u8) ? FileContent.Video : FileContent.Unknown;

    /// <summary>Formats in boxes: the main brand, and of still pictures the compatible ones.</summary>
    private static FileContent Brands(ReadOnlySpan<byte> bytes)
    {
        var end = Math.Min(bytes.Length, Math.Max(12, (bytes[2] << 8) | bytes[3]));
        var brands = bytes[8..end];
        return brands.IndexOf("avif"u8) >= 0 || brands.StartsWith("avis"u8) ? FileContent.Avif
            : brands.StartsWith("he"u8) || brands.StartsWith("mif1"u8) || brands.StartsWith("msf1"u8) ? FileContent.Heic
            : brands.StartsWith("jp2"u8) || brands.StartsWith("jpx"u8) ? FileContent.Jpeg2000
            : brands.StartsWith("jxl"u8) ? FileContent.JpegXl
            : brands.StartsWith("crx"u8) ? FileContent.CameraRaw
            : FileContent.Video;
    }
}
