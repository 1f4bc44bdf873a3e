using System.Buffers.Binary;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using static TorchSharp.torch;

namespace Kedge.Tensors;

/// <summary>Writes safetensors files deterministically: equal tensors give equal bytes.</summary>
internal static class SafetensorsWriter
{
    private const int Alignment = 8;

    private static readonly JsonWriterOptions Plain = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>
    /// Writes tensors to a file atomically: to a temporary file in the same folder, which is then renamed.
    /// </summary>
    /// <param name="path">The target; an existing file is replaced. Its folder must exist.</param>
    /// <param name="tensors">
    /// The tensors by name, on any device, in any memory layout; they stay the caller's. They are stored contiguously
    /// in their own type, wider types first and by name within a type, which keeps each one aligned.
    /// </param>
    /// <param name="metadata">
    /// Free text to store beside the tensors; null for none. A <see cref="FileDigest.Key"/> among it gets the digest of
    /// the file.
    /// </param>
    /// <exception cref="ArgumentException">A tensor has a type that the format lacks, or is named
    /// <c>__metadata__</c>.</exception>
    /// <exception cref="KedgeException">The file cannot be written; the message says why, and
    /// nothing of it stays.</exception>
    public static void Write(string path, IReadOnlyDictionary<string, Tensor> tensors, IReadOnlyDictionary<string, string>? metadata = null)
    {
        var sorted = tensors.Select(pair => new Item(pair.Key, pair.Value, TypeOf(pair.Key, pair.Value)))
            .OrderByDescending(item => item.Tensor.ElementSize).ThenBy(item => item.Name, StringComparer.Ordinal).ToArray();
        var hasDigest = metadata?.ContainsKey(FileDigest.Key) == true;
        if (hasDigest)
            metadata = new Dictionary<string, string>(metadata!) { [FileDigest.Key] = FileDigest.Unset };
        var header = Header(sorted, metadata);
        var length = new byte[SafetensorsHeader.LengthBytes];
        BinaryPrimitives.WriteInt64LittleEndian(length, header.Length);
        if (hasDigest)
            Seal(length, header, sorted);
        AtomicFile.Write(path, stream =>
        {
            stream.Write(length);
            stream.Write(header);
            foreach (var item in sorted)
                TensorBytes.Write(stream, item.Tensor);
        }, length.Length + header.Length + sorted.Sum(item => item.Size));
    }

    /// <summary>Puts the digest of the whole file in its place in the header.</summary>
    private static void Seal(byte[] length, byte[] header, Item[] items)
    {
        using var fingerprint = new FingerprintBuilder();
        var digest = fingerprint.Append(length).Append(header).Append(items.Select(item => item.Tensor)).Complete();
        Encoding.ASCII.GetBytes(digest, header.AsSpan(FileDigest.Find(header, FileDigest.Unset)));
    }

    private static string TypeOf(string name, Tensor tensor) =>
        name == SafetensorsJson.MetadataKey ? throw new ArgumentException($"A tensor cannot be named '{name}'.", nameof(name))
        : ElementTypes.ToSafetensors(tensor.dtype)
            ?? throw new ArgumentException($"Tensor '{name}' has the type {tensor.dtype}; expected one of {ElementTypes.SafetensorsNames}.",
                nameof(tensor));

    private static byte[] Header(Item[] items, IReadOnlyDictionary<string, string>? metadata)
    {
        using var bytes = new MemoryStream();
        using (var json = new Utf8JsonWriter(bytes, Plain))
        {
            json.WriteStartObject();
            if (metadata is { Count: > 0 })
            {
                json.WriteStartObject(SafetensorsJson.MetadataKey);
                foreach (var (key, value) in metadata.OrderBy(pair => pair.Key, StringComparer.Ordinal))
                    json.WriteString(key, value);
                json.WriteEndObject();
            }
            long begin = 0;
            foreach (var item in items)
            {
                json.WriteStartObject(item.Name);
                json.WriteString("dtype", item.Type);
                WriteArray(json, "shape", item.Tensor.shape);
                WriteArray(json, "data_offsets", [begin, begin += item.Size]);
                json.WriteEndObject();
            }
            json.WriteEndObject();
        }
        while (bytes.Length % Alignment != 0)
            bytes.WriteByte((byte)' ');
        return bytes.ToArray();
    }

    private static void WriteArray(Utf8JsonWriter json, string name, long[] values)
    {
        json.WriteStartArray(name);
        foreach (var value in values)
            json.WriteNumberValue(value);
        json.WriteEndArray();
    }

    private sealed record Item(string Name, Tensor Tensor, string Type)
    {
        public long Size => Tensor.NumberOfElements * Tensor.ElementSize;
    }
}
