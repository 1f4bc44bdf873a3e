using static TorchSharp.torch;

namespace Kedge.Tensors;

/// <summary>
/// A safetensors file. Opening reads and checks its header only; a file on disk is mapped into memory, so reading a
/// tensor costs one copy. Do not shorten or rewrite the file in place while it is open.
/// </summary>
internal sealed class SafetensorsFile : TensorSource
{
    private readonly Stream _stream;
    private readonly SafetensorsHeader _header;
    private readonly Lock _lock = new();

    private SafetensorsFile(Stream stream, string origin)
    {
        Origin = origin;
        _stream = stream;
        _header = SafetensorsHeader.Read(stream, origin);
    }

    /// <inheritdoc/>
    public override string Origin { get; }

    /// <inheritdoc/>
    public override IReadOnlyDictionary<string, TensorEntry> Entries => _header.Entries;

    /// <inheritdoc/>
    public override IReadOnlyDictionary<string, string> Metadata => _header.Metadata;

    /// <summary>Opens a file on disk.</summary>
    /// <param name="path">The file, whatever its name.</param>
    /// <exception cref="KedgeException">The file cannot be read, or it is not a valid safetensors file; the message
    /// names it and says why.</exception>
    public static SafetensorsFile Open(string path) => Read(CheckpointFile.Map(path), path);

    /// <summary>Opens a file that is already a stream, such as a resource of an assembly.</summary>
    /// <param name="stream">The whole file from its first byte; owned by the result from now on. One that cannot seek
    /// is copied into memory.</param>
    /// <param name="origin">Its name in error messages.</param>
    /// <exception cref="KedgeException">It is not a valid safetensors file; the message says why.</exception>
    public static SafetensorsFile Read(Stream stream, string origin)
    {
        try
        {
            return new SafetensorsFile(stream.CanSeek ? stream : Copy(stream), origin);
        }
        catch
        {
            stream.Dispose();
            throw;
        }
    }

    /// <summary>
    /// What shows that the file is not as it was written: metadata of other names, or another digest than its own; null
    /// where nothing does. Files of earlier versions have no digest.
    /// </summary>
    /// <param name="names">The metadata that it may have beside its digest.</param>
    public string? FindDamage(params string[] names)
    {
        if (Metadata.Keys.Except([.. names, FileDigest.Key]).FirstOrDefault() is { } unknown)
            return $"it has the unknown metadata '{unknown}'";
        if (!Metadata.TryGetValue(FileDigest.Key, out var digest))
            return null;
        lock (_lock)
            return FileDigest.Holds(_stream, digest) ? null : "its content does not have the digest that it carries";
    }

    /// <inheritdoc/>
    public override Tensor Read(string name)
    {
        var entry = Entry(name);
        try
        {
            lock (_lock)
            {
                _stream.Position = _header.Offsets[name];
                return TensorBytes.Read(_stream, entry.Type, entry.Shape);
            }
        }
        catch (IOException e)
        {
            throw new KedgeException($"Tensor '{name}' of '{Origin}' cannot be read: {e.Message} Check the disk, " +
                "or get the file again.", e);
        }
    }

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        _stream.Dispose();
        base.Dispose(disposing);
    }

    private static MemoryStream Copy(Stream stream)
    {
        using (stream)
        {
            var copy = new MemoryStream();
            stream.CopyTo(copy);
            return copy;
        }
    }
}
