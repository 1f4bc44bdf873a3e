using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using static TorchSharp.torch;

namespace Kedge.Tensors;

/// <summary>
/// An incremental fingerprint: the SHA-256, in lower-case hexadecimal, of the concatenation of everything
/// appended, without separators.
/// </summary>
internal sealed class FingerprintBuilder : IDisposable
{
    private readonly IncrementalHash _hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);

    /// <summary>The fingerprint of a text, as UTF-8.</summary>
    internal static string HashText(string text) => HashBytes(Encoding.UTF8.GetBytes(text));

    /// <summary>The fingerprint of a value's JSON, as <see cref="JsonSerializer"/> writes it by default.</summary>
    internal static string HashJson<T>(T value) => HashBytes(JsonSerializer.SerializeToUtf8Bytes(value));

    /// <summary>The fingerprint of bytes.</summary>
    internal static string HashBytes(ReadOnlySpan<byte> bytes) => Convert.ToHexStringLower(SHA256.HashData(bytes));

    /// <summary>Appends bytes.</summary>
    internal FingerprintBuilder Append(ReadOnlySpan<byte> bytes)
    {
        _hash.AppendData(bytes);
        return this;
    }

    /// <summary>Appends an integer as eight bytes, little-endian.</summary>
    internal FingerprintBuilder Append(long number)
    {
        Span<byte> bytes = stackalloc byte[sizeof(long)];
        BinaryPrimitives.WriteInt64LittleEndian(bytes, number);
        return Append(bytes);
    }

    /// <summary>Appends a value's JSON, as <see cref="JsonSerializer"/> writes it by default.</summary>
    internal FingerprintBuilder AppendJson<T>(T value) => Append(JsonSerializer.SerializeToUtf8Bytes(value));

    /// <summary>
    /// Appends the elements of tensors of any device and layout, row by row; nothing for those that
    /// are <see langword="null"/>.
    /// </summary>
    internal FingerprintBuilder Append(params IEnumerable<Tensor?> tensors)
    {
        foreach (var tensor in tensors.OfType<Tensor>())
            TensorBytes.Visit(tensor, _hash.AppendData);
        return this;
    }

    /// <summary>The fingerprint: 64 hexadecimal digits. The builder is then empty again.</summary>
    internal string Complete() => Convert.ToHexStringLower(_hash.GetHashAndReset());

    public void Dispose() => _hash.Dispose();
}
