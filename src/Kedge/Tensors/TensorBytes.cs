using static TorchSharp.torch;

namespace Kedge.Tensors;

/// <summary>Reads and writes a tensor's elements, little-endian, in chunks that fit a span.</summary>
internal static class TensorBytes
{
    private const long Piece = 1 << 24; // elements

    /// <summary>
    /// Reads a contiguous tensor whose size was checked by the caller. Any Boolean byte other than 0 is true.
    /// </summary>
    public static Tensor Read(Stream stream, ScalarType type, long[] shape)
    {
        var isBoolean = type == ScalarType.Bool;
        var tensor = empty(shape, dtype: isBoolean ? ScalarType.Byte : type);
        try
        {
            ForEachPiece(tensor, stream.ReadExactly);
            return isBoolean ? tensor.MoveToType(ScalarType.Bool) : tensor;
        }
        catch
        {
            tensor.Dispose();
            throw;
        }
    }

    /// <summary>Writes all elements of a tensor of any device and layout.</summary>
    public static void Write(Stream stream, Tensor tensor) => Visit(tensor, bytes => stream.Write(bytes));

    /// <summary>Visits all elements of a tensor of any device and layout, in row-major order, in chunks.</summary>
    public static void Visit(Tensor tensor, Action<ReadOnlySpan<byte>> visit)
    {
        using var scope = NewDisposeScope();
        ForEachPiece(tensor.detach().cpu().contiguous(), bytes => visit(bytes));
    }

    private static Tensor MoveToType(this Tensor tensor, ScalarType type)
    {
        using (tensor)
            return tensor.to(type);
    }

    private static void ForEachPiece(Tensor contiguous, Action<Span<byte>> visit)
    {
        using var flat = contiguous.view(-1);
        for (long start = 0; start < flat.NumberOfElements; start += Piece)
        {
            using var piece = flat.narrow(0, start, Math.Min(Piece, flat.NumberOfElements - start));
            visit(piece.bytes);
        }
    }
}
