using static TorchSharp.torch;

namespace Kedge.Tensors;

/// <summary>Metadata of a stored tensor: name, element type and shape.</summary>
/// <param name="Name">The tensor's key.</param>
/// <param name="Type">The stored element type.</param>
/// <param name="Shape">The lengths of its dimensions; empty for a scalar.</param>
internal sealed record TensorEntry(string Name, ScalarType Type, long[] Shape);

/// <summary>
/// Named tensors that are read on demand, one at a time: from a file, from several files, or from another source under
/// other names. Opening reads metadata only.
/// </summary>
internal abstract class TensorSource : IDisposable
{
    /// <summary>Where the tensors come from (a path), for error messages.</summary>
    public abstract string Origin { get; }

    /// <summary>Every tensor by name.</summary>
    public abstract IReadOnlyDictionary<string, TensorEntry> Entries { get; }

    /// <summary>
    /// Free text beside the tensors (the safetensors <c>__metadata__</c>); empty where the format has none.
    /// </summary>
    public virtual IReadOnlyDictionary<string, string> Metadata { get; } = new Dictionary<string, string>();

    /// <summary>Reads one tensor.</summary>
    /// <param name="name">A key of <see cref="Entries"/>.</param>
    /// <returns>A new CPU tensor in the stored type and shape, contiguous, owned by the caller.</returns>
    /// <exception cref="KedgeException">There is no such tensor, or its bytes cannot be read.</exception>
    public abstract Tensor Read(string name);

    /// <summary>The entry of a name.</summary>
    /// <param name="name">A key that should be one of <see cref="Entries"/>.</param>
    /// <exception cref="KedgeException">There is no such tensor.</exception>
    protected TensorEntry Entry(string name) => Entries.TryGetValue(name, out var entry) ? entry
        : throw new KedgeException($"'{Origin}' holds no tensor named '{name}' among its {Entries.Count}; " +
            "check that it is the right file for this use.");

    /// <inheritdoc/>
    public void Dispose()
    {
        Dispose(disposing: true);
        GC.SuppressFinalize(this);
    }

    /// <summary>Closes the files.</summary>
    /// <param name="disposing">Whether called from <see cref="Dispose()"/>.</param>
    protected virtual void Dispose(bool disposing) { }
}
