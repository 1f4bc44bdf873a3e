using System.Runtime.InteropServices;
using System.Security.Cryptography;
using Kedge.Tensors;
using static TorchSharp.torch;

namespace Kedge.Features;

/// <summary>
/// One safetensors file of the feature cache: <c>features</c> [n, V·D] F32 and <c>contents</c> [n, 32] U8 (SHA-256 of
/// the image files), with the description of the store and a checksum over both tensors in its metadata. Written
/// atomically and never changed.
/// </summary>
internal sealed record FeatureCacheFile
{
    public const string Extension = ".safetensors";

    private const string Format = "kedge.features/1";

    /// <summary>Features by the hexadecimal SHA-256 of the image file.</summary>
    public IReadOnlyList<KeyValuePair<string, float[]>> Rows { get; private init; } = [];

    /// <summary>The reason why the file cannot be used; null where it can.</summary>
    public string? Fault { get; private init; }

    /// <summary>Whether it is corrupt, rather than of another store.</summary>
    public bool Damaged { get; private init; }

    public static void Write(string folder, string description, IReadOnlyList<KeyValuePair<string, float[]>> rows)
    {
        CreateFolder(folder);
        var features = rows.SelectMany(row => row.Value).ToArray();
        var contents = rows.SelectMany(row => Convert.FromHexString(row.Key)).ToArray();
        var checksum = Checksum(MemoryMarshal.AsBytes<float>(features), contents);
        using var scope = NewDisposeScope();
        SafetensorsWriter.Write(
            Path.Combine(folder, checksum[..16] + Extension),
            new Dictionary<string, Tensor>
            {
                ["features"] = tensor(features, [rows.Count, features.Length / rows.Count]),
                ["contents"] = tensor(contents, [rows.Count, SHA256.HashSizeInBytes]),
            },
            new Dictionary<string, string> { ["format"] = Format, ["shelf"] = description, ["checksum"] = checksum });
    }

    /// <summary>Reads a file and verifies format, description, shapes and checksum.</summary>
    public static FeatureCacheFile Read(string path, string description, int rowLength)
    {
        using var scope = NewDisposeScope();
        Stream stream;
        try
        {
            stream = CheckpointFile.Map(path);
        }
        catch (KedgeException e)
        {
            return new() { Fault = e.Message };
        }
        try
        {
            using var file = SafetensorsFile.Read(stream, path);
            if (file.Metadata.GetValueOrDefault("format") != Format || file.Metadata.GetValueOrDefault("shelf") != description)
                return new() { Fault = "it was written for another model, preprocessing, choice of views or version." };
            var (features, contents) = (file.Read("features"), file.Read("contents"));
            if (features is not { dtype: ScalarType.Float32, shape: [var n, var length] } || length != rowLength
                || contents is not { dtype: ScalarType.Byte, shape: [var m, SHA256.HashSizeInBytes] } || m != n)
                return new() { Fault = "its tensors have other shapes than expected.", Damaged = true };
            if (Checksum(features.bytes, contents.bytes) != file.Metadata.GetValueOrDefault("checksum"))
                return new() { Fault = "its checksum is wrong.", Damaged = true };
            return new() { Rows = Split(MemoryMarshal.Cast<byte, float>(features.bytes), contents.bytes, rowLength) };
        }
        catch (KedgeException e)
        {
            return new() { Fault = e.Message, Damaged = true };
        }
    }

    private static KeyValuePair<string, float[]>[] Split(ReadOnlySpan<float> features, ReadOnlySpan<byte> contents, int rowLength)
    {
        var rows = new KeyValuePair<string, float[]>[features.Length / rowLength];
        for (var i = 0; i < rows.Length; i++)
        {
            var content = Convert.ToHexStringLower(contents.Slice(i * SHA256.HashSizeInBytes, SHA256.HashSizeInBytes));
            rows[i] = new(content, features.Slice(i * rowLength, rowLength).ToArray());
        }
        return rows;
    }

    private static string Checksum(ReadOnlySpan<byte> features, ReadOnlySpan<byte> contents)
    {
        using var fingerprint = new FingerprintBuilder();
        return fingerprint.Append(features).Append(contents).Complete();
    }

    private static void CreateFolder(string folder)
    {
        try
        {
            Directory.CreateDirectory(folder);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new KedgeException($"The feature cache's folder '{folder}' cannot be made: " +
                $"{e.Message} Choose another place for the cache.", e);
        }
    }
}
