using Kedge.Tensors;

namespace Kedge.Checkpoints;

/// <summary>Finds a checkpoint's weights and opens them in the format detected from their content.</summary>
internal static class CheckpointFormats
{
    private const int Signature = 16;

    /// <summary>Usual file names of weights in model folders, in order of preference.</summary>
    private static readonly string[] UsualNames =
    [
        "model.safetensors", "model.safetensors.index.json", "pytorch_model.bin", "pytorch_model.bin.index.json",
        "open_clip_model.safetensors", "open_clip_pytorch_model.bin",
    ];

    private static readonly string[] UsualEndings = [".safetensors", ".pt", ".pth", ".bin"];

    /// <summary>The file of the weights, or the index of their shards.</summary>
    /// <param name="path">A file, which is the answer, or a folder.</param>
    public static string FindWeights(string path)
    {
        if (!Directory.Exists(path))
            return path;
        if (UsualNames.Select(name => Path.Combine(path, name)).FirstOrDefault(File.Exists) is { } usual)
            return usual;
        var others = CheckpointFile.List(path)
            .Where(file => UsualEndings.Contains(Path.GetExtension(file))).Order(StringComparer.Ordinal).ToArray();
        return others switch
        {
            [var only] => only,
            [] => throw new KedgeException(
                $"The folder '{path}' holds no weights: no {string.Join(", ", UsualNames)}, " +
                    $"and no other {string.Join(", ", UsualEndings)}; check the path."),
            _ => throw new KedgeException(
                $"The folder '{path}' holds {others.Length} files of weights ({string.Join(", ", others.Select(Path.GetFileName))}); " +
                    "name the one to open."),
        };
    }

    /// <summary>Opens one file, or an index with its shards.</summary>
    public static (TensorSource Tensors, CheckpointFormat Format) Open(string path) => LooksLikeJson(ReadStart(path))
        ? (ShardedTensors.Open(path, shard => OpenFile(shard).Tensors), CheckpointFormat.Sharded)
        : OpenFile(path);

    private static (TensorSource Tensors, CheckpointFormat Format) OpenFile(string path)
    {
        var start = ReadStart(path);
        if (start.AsSpan().StartsWith("PK\x3\x4"u8))
        {
            var file = TorchZipFile.Open(path);
            return (file, file.IsScript ? CheckpointFormat.TorchScript : CheckpointFormat.TorchZip);
        }
        if (start.AsSpan().StartsWith("version https://"u8))
            throw new KedgeException($"'{path}' is a Git LFS pointer in place of the weights; get them with 'git lfs pull'.");
        if (start is [0x80, >= 2 and <= 5, ..])
        {
            throw new KedgeException($"'{path}' is a pickle of PyTorch before 1.6, which is not read; " +
                "load it in PyTorch and save it again with torch.save, or as safetensors.");
        }
        if (start.Length > SafetensorsHeader.LengthBytes && start[SafetensorsHeader.LengthBytes] != (byte)'{')
        {
            throw new KedgeException($"'{path}' holds no checkpoint that is known: it is neither safetensors, " +
                "nor a zip of PyTorch or TorchScript, " +
                "nor an index of shards; check that it is the right file and complete.");
        }
        return (SafetensorsFile.Open(path), CheckpointFormat.Safetensors);
    }

    private static byte[] ReadStart(string path)
    {
        using var stream = CheckpointFile.Map(path);
        var start = new byte[Math.Min(Signature, stream.Length)];
        stream.ReadExactly(start);
        return start;
    }

    /// <summary>
    /// Whether a file begins like a JSON object. A safetensors header of 123 bytes begins with the same
    /// byte, but with zeros after it.
    /// </summary>
    private static bool LooksLikeJson(byte[] start) => start is [(byte)'{', ..] && !start.Contains((byte)0);
}
