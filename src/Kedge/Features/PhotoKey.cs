using System.Security.Cryptography;
using Kedge.Imaging.Files;

namespace Kedge.Features;

/// <summary>
/// The key of a photo in stores of features: the hash of its content; with the version of decoding where that reads
/// other pixels than its first version did. So earlier stores serve every photo that is read as it was.
/// </summary>
internal static class PhotoKey
{
    private const byte Version = 2; // EXIF's orientation in all its forms; progressive JPEGs that are cut short

    /// <summary>The key of a photo.</summary>
    /// <param name="file">Its content.</param>
    /// <param name="name">Its name.</param>
    /// <param name="hash">SHA-256 of its content.</param>
    /// <returns>64 hexadecimal digits.</returns>
    public static string Compute(ReadOnlySpan<byte> file, string name, byte[] hash)
    {
        var content = FileContents.Recognise(file, name);
        var isReadAnew = Exif.Orientation(file, content) != 1 || (content == FileContent.Jpeg && JpegScans.Read(file).IsCut);
        return Convert.ToHexStringLower(isReadAnew ? SHA256.HashData([.. hash, Version]) : hash);
    }
}
