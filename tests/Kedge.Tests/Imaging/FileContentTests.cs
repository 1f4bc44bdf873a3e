using System.Text;
using Kedge.Imaging;
using Kedge.Tests.Support;

namespace Kedge.Tests.Imaging;

/// <summary>Files that are no images that are read say what they are and what to do, whatever their names.</summary>
public class FileContentTests
{
    private const string Convert = "save it as JPEG, or add the package Kedge.Imaging.Magick, which reads it";

    public static TheoryData<string, string, string> Files => new()
    {
        { "\0\0\0\u0018ftypheic\0\0\0\0mif1heic", "an HEIC photo", Convert },
        { "\0\0\0\u0018ftypmif1\0\0\0\0mif1heic", "an HEIC photo", Convert },
        { "\0\0\0\u001Cftypavif\0\0\0\0avifmif1miaf", "an AVIF photo", Convert },
        { "\0\0\0\u001Cftypmif1\0\0\0\0mif1avifmiaf", "an AVIF photo", Convert },
        { "II*\0\u0008\0\0\0", "a TIFF picture", Convert },
        { "MM\0*\0\0\0\u0008", "a TIFF picture", Convert },
        { "\0\0\0\u000CjP  \r\n\u0087\n", "a JPEG 2000 picture", Convert },
        { "\u00FF\u004F\u00FF\u0051", "a JPEG 2000 picture", Convert },
        { "\0\0\0\u000CJXL \r\n\u0087\n", "a JPEG XL picture", Convert },
        { "\u00FF\n\u00FA", "a JPEG XL picture", Convert },
        { "8BPS\0\u0001", "a Photoshop document", "export it as PNG" },
        { "II*\0\u0010\0\0\0CR\u0002\0", "a camera's raw file", "develop it into a JPEG" },
        { "\0\0\0\u0018ftypcrx \0\0\0\u0001crx isom", "a camera's raw file", "develop it into a JPEG" },
        { "FUJIFILMCCD-RAW 0201", "a camera's raw file", "develop it into a JPEG" },
        { "\0\0\u0001\0\u0001\0\u0010\u0010", "a Windows icon", "save it as PNG" },
        { "<svg xmlns=\"http://www.w3.org/2000/svg\"/>", "an SVG drawing", "export it as PNG" },
        { "<?xml version=\"1.0\"?>\n<svg/>", "an SVG drawing", "export it as PNG" },
        { "%PDF-1.7\n", "a PDF document", "export its pages as PNG" },
        { "\0\0\0\u0018ftypisom\0\0\u0002\0isommp42", "a video", "save frames of it as JPEG" },
        { "RIFF\u0010\0\0\0AVI LIST", "a video", "save frames of it as JPEG" },
        { "\u001A\u0045\u00DF\u00A3\u0001", "a video", "save frames of it as JPEG" },
        { "\n <!DOCTYPE html><html><svg/></html>",
            "a page of the web (HTML), as is sent where a photo is gone or asks for a login", "download the photo again" },
        { "version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 3\n",
            "a Git LFS pointer in place of the photo", "get the photo with 'git lfs pull'" },
        { "PK\u0003\u0004\u0014", "an archive", "unpack it" },
        { "{\"error\": \"not found\"}", "text", "put the photo in its place, or take it away" },
        { "<Error><Code>AccessDenied</Code></Error>", "text", "put the photo in its place, or take it away" },
    };

    [Theory, MemberData(nameof(Files))]
    public void A_file_is_named_by_its_content(string bytes, string what, string remedy) =>
        Assert.Equal($"Cannot decode 'a.jpg': it is {what}; expected JPEG, PNG, WebP, BMP or GIF: {remedy}.",
            Failure("a.jpg", Encoding.Latin1.GetBytes(bytes)));

    [Fact]
    public void A_raw_file_that_is_tiff_inside_is_told_by_its_name() =>
        Assert.Equal("Cannot decode 'a.NEF': it is a camera's raw file; expected JPEG, PNG, WebP, BMP or GIF: develop it into a JPEG.",
            Failure("a.NEF", [.. "MM\0*\0\0\0\u0008"u8]));

    [Fact]
    public void A_file_that_begins_as_an_image_and_is_none_is_damaged() =>
        Assert.Equal("Cannot decode 'a.png': the PNG file is damaged; copy or download it again.",
            Failure("a.png", [0x89, .. "PNG\r\r\n"u8, 0x1A, .. "\r\nthe line ends were changed"u8]));

    private static string Failure(string name, byte[] bytes) =>
        Assert.Throws<KedgeException>(() => ImageDecoder.Decode(new MemoryImageFile(name, bytes))).Message;
}
