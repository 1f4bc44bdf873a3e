using System.Text.Json;

namespace Kedge.Experiments;

/// <summary>
/// Which images were classified correctly, as text: base64 of a bit an image, eight to a byte, the
/// first image in the lowest bit.
/// </summary>
internal static class CorrectnessBits
{
    public static string Write(IReadOnlyList<bool> right)
    {
        var bytes = new byte[(right.Count + 7) / 8];
        for (var i = 0; i < right.Count; i++)
            bytes[i / 8] |= (byte)(right[i] ? 1 << (i % 8) : 0);
        return Convert.ToBase64String(bytes);
    }

    /// <param name="text">The base64 text.</param>
    /// <param name="images">Q.</param>
    /// <exception cref="JsonException">The text is not of as many images.</exception>
    public static bool[] Read(string text, int images)
    {
        var bytes = new byte[((long)text.Length / 4 * 3) + 3];
        if (!Convert.TryFromBase64String(text, bytes, out var length) || length != ((long)images + 7) / 8)
            throw new JsonException($"Its right images are not base64 of {images} bits.");
        return [.. Enumerable.Range(0, images).Select(i => (bytes[i / 8] >> (i % 8) & 1) == 1)];
    }
}
