using System.Security.Cryptography;
using System.Text;

namespace Kedge.Tensors;

/// <summary>
/// The digest that a safetensors file carries among its metadata: the SHA-256 of all its bytes, the digits of the
/// digest itself taken as zeros. Any bit that is flipped later changes it.
/// </summary>
internal static class FileDigest
{
    /// <summary>Its name among the metadata.</summary>
    public const string Key = "digest";

    /// <summary>What stands in its place while it is computed.</summary>
    public static string Unset { get; } = new('0', 2 * SHA256.HashSizeInBytes);

    /// <summary>Where the digits stand in a header's JSON; −1 where they do not stand in it once.</summary>
    /// <param name="header">The JSON.</param>
    /// <param name="digest">The digest.</param>
    public static int Find(ReadOnlySpan<byte> header, string digest)
    {
        var field = $"\"{Key}\":\"";
        var sought = Encoding.UTF8.GetBytes($"{field}{digest}\"");
        var at = header.IndexOf(sought);
        return digest.Length == Unset.Length && at >= 0 && at == header.LastIndexOf(sought) ? at + field.Length : -1;
    }

    /// <summary>Whether a whole file is as it was written.</summary>
    /// <param name="file">The file, which is left at its end.</param>
    /// <param name="digest">The digest among its metadata.</param>
    public static bool Holds(Stream file, string digest)
    {
        var head = new byte[SafetensorsHeader.LengthBytes];
        file.Position = 0;
        file.ReadExactly(head);
        var header = new byte[BitConverter.ToInt64(head)]; // checked when the file was opened
        file.ReadExactly(header);
        var digits = Find(header, digest);
        if (digits < 0)
            return false;
        header.AsSpan(digits, Unset.Length).Fill((byte)'0');
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        hash.AppendData(head);
        hash.AppendData(header);
        var buffer = new byte[1 << 16];
        for (var read = file.Read(buffer); read > 0; read = file.Read(buffer))
            hash.AppendData(buffer, 0, read);
        return Convert.ToHexStringLower(hash.GetHashAndReset()) == digest;
    }
}
