using Kedge.Imaging.Files;

namespace Kedge.Imaging;

/// <summary>The errors of files that are no images that are read: what they are, and what to do.</summary>
internal static class UnreadableImage
{
    /// <summary>What is read without further packages.</summary>
    public const string Formats = "JPEG, PNG, WebP, BMP or GIF";

    private const string Again = "copy or download it again";
    private const string Convert = $"save it as JPEG, or add the package {ImageCodec.Package}, which reads it";

    /// <summary>The error of a file that no decoder takes.</summary>
    /// <param name="bytes">All of it.</param>
    /// <param name="name">Its name in the message.</param>
    /// <param name="content">What it is.</param>
    public static KedgeException Of(ReadOnlySpan<byte> bytes, string name, FileContent content) => content switch
    {
        _ when bytes.IsEmpty => new($"Cannot decode '{name}': the file is empty; expected {Formats}."),
        FileContent.Unknown =>
            new($"Cannot decode '{name}': its {bytes.Length:N0} bytes are not a readable image; expected {Formats}."),
        FileContent.Zeros => new($"Cannot decode '{name}': its {bytes.Length:N0} bytes are all zero; expected {Formats}: {Again}."),
        FileContent.Jpeg or FileContent.Png or FileContent.WebP or FileContent.Bmp or FileContent.Gif => Damaged(name, content),
        _ => Foreign(name, content),
    };

    /// <summary>The error of a file that ends too early.</summary>
    public static KedgeException Cut(string name, FileContent content) =>
        new($"Cannot decode '{name}': the {Word(content)} file is cut short; {Again}, or use it as far as it goes (--allow-cut).");

    /// <summary>The error of a file that is not as its format demands.</summary>
    public static KedgeException Damaged(string name, FileContent content) =>
        new($"Cannot decode '{name}': the {Word(content)} file is damaged; {Again}.");

    /// <summary>The name of a format that is read.</summary>
    public static string Word(FileContent content) => content is FileContent.WebP ? "WebP" : content.ToString().ToUpperInvariant();

    private static KedgeException Foreign(string name, FileContent content)
    {
        var (what, remedy) = Describe(content);
        return new($"Cannot decode '{name}': it is {what}; expected {Formats}: {remedy}.");
    }

    private static (string What, string Remedy) Describe(FileContent content) => content switch
    {
        FileContent.Heic => ("an HEIC photo", Convert),
        FileContent.Avif => ("an AVIF photo", Convert),
        FileContent.Tiff => ("a TIFF picture", Convert),
        FileContent.Jpeg2000 => ("a JPEG 2000 picture", Convert),
        FileContent.JpegXl => ("a JPEG XL picture", Convert),
        FileContent.Photoshop => ("a Photoshop document", "export it as PNG"),
        FileContent.CameraRaw => ("a camera's raw file", "develop it into a JPEG"),
        FileContent.Icon => ("a Windows icon", "save it as PNG"),
        FileContent.Svg => ("an SVG drawing", "export it as PNG"),
        FileContent.Pdf => ("a PDF document", "export its pages as PNG"),
        FileContent.Video => ("a video", "save frames of it as JPEG"),
        FileContent.Html => ("a page of the web (HTML), as is sent where a photo is gone or asks for a login", "download the photo again"),
        FileContent.GitLfsPointer => ("a Git LFS pointer in place of the photo", "get the photo with 'git lfs pull'"),
        FileContent.Archive => ("an archive", "unpack it"),
        _ => ("text", "put the photo in its place, or take it away"),
    };
}
