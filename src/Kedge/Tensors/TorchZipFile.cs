using System.IO.Compression;
using static TorchSharp.torch;

namespace Kedge.Tensors;

/// <summary>
/// A file that <c>torch.save</c> (PyTorch 1.6 and later) or TorchScript wrote: a zip with a
/// pickle that describes the tensors and an entry for each storage.
/// The pickle is read as data, by an allow list; nothing in it is ever executed. Nested dictionaries and
/// modules give dotted names.
/// </summary>
internal sealed class TorchZipFile : TensorSource
{
    private const string Pickle = "data.pkl";
    private const long MaxPickleBytes = 32 << 20;

    private readonly Lock _lock = new();
    private readonly ZipArchive _archive;
    private readonly Dictionary<string, ZipArchiveEntry> _files = [];
    private readonly string _root;
    private readonly Dictionary<string, TorchTensor> _tensors;

    private TorchZipFile(Stream stream, string origin)
    {
        Origin = origin;
        _archive = new ZipArchive(stream, ZipArchiveMode.Read);
        foreach (var file in _archive.Entries)
        {
            if (!_files.TryAdd(file.FullName, file))
                throw new FormatException($"it holds the file '{file.FullName}' twice");
        }
        _root = FindRoot();
        if (_files.ContainsKey(_root + "byteorder") && !ReadFile(_root + "byteorder").AsSpan().SequenceEqual("little"u8))
            throw new FormatException("its numbers are stored big end first, where little is expected");
        var root = new PickleReader(ReadFile(_root + Pickle)).Read();
        IsScript = root is PickleObject;
        _tensors = StateTree.Collect(root);
        foreach (var tensor in _tensors.Values)
            CheckStorage(tensor.Storage);
        Entries = _tensors.ToDictionary(pair => pair.Key, pair => new TensorEntry(pair.Key, pair.Value.Storage.Type, pair.Value.Shape));
    }

    /// <inheritdoc/>
    public override string Origin { get; }

    /// <summary>Whether TorchScript wrote it, rather than <c>torch.save</c>.</summary>
    public bool IsScript { get; }

    /// <inheritdoc/>
    public override IReadOnlyDictionary<string, TensorEntry> Entries { get; }

    /// <summary>Opens a file on disk and reads its directory and pickle.</summary>
    /// <exception cref="KedgeException">It cannot be read, is malformed, or its pickle does what no
    /// state dict needs.</exception>
    public static TorchZipFile Open(string path)
    {
        var stream = CheckpointFile.Map(path);
        try
        {
            return new TorchZipFile(stream, path);
        }
        catch (Exception e)
        {
            stream.Dispose();
            if (IsBroken(e))
                throw Refusal(path, e);
            throw;
        }
    }

    /// <inheritdoc/>
    public override Tensor Read(string name)
    {
        Entry(name);
        var tensor = _tensors[name];
        try
        {
            using var elements = ReadElements(tensor);
            using var strided = elements.as_strided(tensor.Shape, tensor.Strides);
            return strided.contiguous();
        }
        catch (Exception e) when (IsBroken(e))
        {
            throw Refusal(Origin, e);
        }
    }

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        _archive.Dispose();
        base.Dispose(disposing);
    }

    private static bool IsBroken(Exception e) => e is FormatException or InvalidDataException or IOException or NotSupportedException;

    private static KedgeException Refusal(string path, Exception e) =>
        new($"'{path}' cannot be read as PyTorch weights: {e.Message.TrimEnd('.')}; nothing in it was executed. " +
            "Get the file again, or save only the model's state dict, best as safetensors.", e);

    /// <summary>The folder inside the archive; PyTorch names it after the file or calls it "archive".</summary>
    private string FindRoot()
    {
        var pickles =
            _files.Keys.Where(name => name.EndsWith('/' + Pickle, StringComparison.Ordinal) && name.Count(c => c == '/') == 1).ToArray();
        return pickles is [var pickle] ? pickle[..^Pickle.Length]
            : throw new FormatException($"its zip holds {pickles.Length} files '*/{Pickle}' where one is expected");
    }

    private byte[] ReadFile(string name)
    {
        var length = _files[name].Length;
        if (length > MaxPickleBytes)
            throw new FormatException($"its '{name}' has {length:N0} bytes where at most {MaxPickleBytes:N0} are allowed");
        using var stream = OpenStored(_files[name]);
        var bytes = new byte[length];
        stream.ReadExactly(bytes);
        return bytes;
    }

    private void CheckStorage(TorchStorage storage)
    {
        if (!_files.TryGetValue($"{_root}data/{storage.Key}", out var file))
            throw new FormatException($"it lacks the storage 'data/{storage.Key}'");
        if (file.Length / ElementTypes.Size(storage.Type) < storage.Count)
        {
            throw new FormatException(
                $"its storage 'data/{storage.Key}' has {file.Length:N0} bytes, too few for {storage.Count:N0} elements of {storage.Type}");
        }
    }

    /// <summary>The contiguous range of storage elements that a tensor spans; one-dimensional.</summary>
    private Tensor ReadElements(TorchTensor tensor)
    {
        lock (_lock)
        {
            using var stream = OpenStored(_files[$"{_root}data/{tensor.Storage.Key}"]);
            Skip(stream, tensor.Offset * ElementTypes.Size(tensor.Storage.Type));
            return TensorBytes.Read(stream, tensor.Storage.Type, [tensor.Span]);
        }
    }

    /// <summary>
    /// Opens an uncompressed entry, as PyTorch writes them: its length cannot exceed the archive's, which rules out
    /// decompression bombs.
    /// </summary>
    private static Stream OpenStored(ZipArchiveEntry file) => file.Length == file.CompressedLength
        ? file.Open()
        : throw new FormatException($"its '{file.FullName}' is compressed, which PyTorch never does");

    private static void Skip(Stream stream, long count)
    {
        Span<byte> buffer = stackalloc byte[4096];
        for (; count > 0; count -= Math.Min(count, buffer.Length))
            stream.ReadExactly(buffer[..(int)Math.Min(count, buffer.Length)]);
    }
}
