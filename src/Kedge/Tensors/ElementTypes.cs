using static TorchSharp.torch;

namespace Kedge.Tensors;

/// <summary>The element types that checkpoints may hold, and the sizes of tensors made of them.</summary>
internal static class ElementTypes
{
    /// <summary>Most dimensions of a tensor; libtorch's own limit.</summary>
    public const int MaxDimensions = 64;

    private static readonly (string Safetensors, string TorchStorage, ScalarType Type, int Size)[] Table =
    [
        ("F64", "DoubleStorage", ScalarType.Float64, 8),
        ("F32", "FloatStorage", ScalarType.Float32, 4),
        ("F16", "HalfStorage", ScalarType.Float16, 2),
        ("BF16", "BFloat16Storage", ScalarType.BFloat16, 2),
        ("I64", "LongStorage", ScalarType.Int64, 8),
        ("I32", "IntStorage", ScalarType.Int32, 4),
        ("I16", "ShortStorage", ScalarType.Int16, 2),
        ("I8", "CharStorage", ScalarType.Int8, 1),
        ("U8", "ByteStorage", ScalarType.Byte, 1),
        ("BOOL", "BoolStorage", ScalarType.Bool, 1),
    ];

    /// <summary>All names that safetensors files may use here, for messages.</summary>
    public static string SafetensorsNames { get; } = string.Join(", ", Table.Select(row => row.Safetensors));

    public static ScalarType? FromSafetensors(string? name) =>
        Table.Where(row => row.Safetensors == name).Select(row => (ScalarType?)row.Type).FirstOrDefault();

    /// <summary>The element type of one of PyTorch's storage classes, such as <c>HalfStorage</c>.</summary>
    public static ScalarType? FromTorchStorage(string name) =>
        Table.Where(row => row.TorchStorage == name).Select(row => (ScalarType?)row.Type).FirstOrDefault();

    public static string? ToSafetensors(ScalarType type) =>
        Table.Where(row => row.Type == type).Select(row => row.Safetensors).FirstOrDefault();

    /// <summary>Bytes per element.</summary>
    public static int Size(ScalarType type) => Table.First(row => row.Type == type).Size;

    /// <summary>
    /// Bytes that a contiguous tensor takes, or null where the shape is negative, overflows or has too many dimensions.
    /// </summary>
    public static long? ByteCount(ScalarType type, long[] shape)
    {
        if (shape.Length > MaxDimensions || Array.Exists(shape, length => length < 0))
            return null;
        Int128 size = Size(type); // of the shape with every 0 taken as 1: libtorch computes strides even for empty tensors
        foreach (var length in shape)
        {
            size *= Math.Max(length, 1);
            if (size > long.MaxValue)
                return null;
        }
        return shape.Contains(0) ? 0 : (long)size;
    }
}
