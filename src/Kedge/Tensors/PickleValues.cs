using static TorchSharp.torch;

namespace Kedge.Tensors;

/// <summary>A global (module and name) that a pickle refers to; nothing is imported.</summary>
internal sealed record PickleGlobal(string Module, string Name)
{
    public string FullName => $"{Module}.{Name}";
}

/// <summary>
/// A value that is not built, as no tensor is in it: a number of NumPy, a set, an object of an unknown class. Whatever
/// a pickle does with it has no effect.
/// </summary>
internal sealed class PickleSkipped
{
    public static PickleSkipped Value { get; } = new();

    private PickleSkipped() { }
}

/// <summary>
/// Keys and values of a pickled dictionary, or the attributes of a TorchScript module; a list, so that hostile keys
/// cannot cause hash collisions.
/// </summary>
internal sealed class PickleState
{
    public List<KeyValuePair<object?, object?>> Items { get; } = [];
}

/// <summary>
/// A TorchScript module or other object of a <c>__torch__</c> class: attributes only, set once from its state.
/// </summary>
internal sealed class PickleObject
{
    public PickleState? State { get; set; }
}

/// <summary>Elements stored under a key of the archive.</summary>
internal sealed record TorchStorage(string Key, ScalarType Type, long Count);

/// <summary>A strided view of a storage; <see cref="Fault"/> checks that it lies inside.</summary>
internal sealed record TorchTensor(TorchStorage Storage, long Offset, long[] Shape, long[] Strides)
{
    /// <summary>Elements from the first to the last one used, both included.</summary>
    public long Span => Shape.Contains(0) ? 0 : (long)(1 + Reach);

    private Int128 Reach =>
        Shape.Zip(Strides).Aggregate((Int128)0, (sum, dimension) => sum + ((Int128)dimension.First - 1) * dimension.Second);

    /// <summary>The reason why it is no valid tensor, or null.</summary>
    public string? Fault()
    {
        if (Shape.Length != Strides.Length || Offset < 0 || Storage.Count < 0
            || Array.Exists(Strides, stride => stride < 0) || ElementTypes.ByteCount(Storage.Type, Shape) is not { } bytes)
        {
            return $"{this} is no possible tensor";
        }
        if (bytes == 0)
            return null;
        var fits = bytes / ElementTypes.Size(Storage.Type) <= Storage.Count && Offset + Reach < Storage.Count;
        return fits ? null : $"{this} reaches outside it or repeats it";
    }

    public override string ToString() =>
        $"a tensor of shape [{string.Join(", ", Shape)}], strides [{string.Join(", ", Strides)}] and offset {Offset} in a storage of " +
            $"{Storage.Count} elements";
}
