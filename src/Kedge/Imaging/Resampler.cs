using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace Kedge.Imaging;

/// <summary>A rectangle of a picture, in pixels from its top left corner; edges may lie between pixels.</summary>
/// <param name="Left">The left edge.</param>
/// <param name="Top">The upper edge.</param>
/// <param name="Right">The right edge, greater than <paramref name="Left"/>.</param>
/// <param name="Bottom">The lower edge, greater than <paramref name="Top"/>.</param>
internal readonly record struct ImageBox(float Left, float Top, float Right, float Bottom)
{
    /// <summary>The whole of a picture.</summary>
    /// <param name="image">The picture.</param>
    public static ImageBox Whole(RgbImage image) => new(0, 0, image.Width, image.Height);
}

/// <summary>
/// Antialiased resizing that gives the same bytes as Pillow's <c>Image.resize(size, BICUBIC or BILINEAR, box)</c>.
/// </summary>
/// <remarks>
/// The support grows with the scale when downsampling; horizontal pass first, rounded to bytes, then vertical.
/// </remarks>
internal static class Resampler
{
    private const int Half = 1 << (ResampleTaps.Precision - 1);

    /// <summary>Resizes a picture, or a rectangle of it.</summary>
    /// <param name="source">The picture.</param>
    /// <param name="width">Pixels a row of the result, at least 1.</param>
    /// <param name="height">Rows of the result, at least 1.</param>
    /// <param name="kernel">The filter; default bicubic.</param>
    /// <param name="box">The part of the picture to take; null is all of it. Pixels outside it within the filter's
    /// support contribute, as in Pillow.</param>
    /// <returns>A new picture.</returns>
    /// <exception cref="ArgumentException">A size below 1, or a box that is empty or not
    /// inside the picture.</exception>
    public static RgbImage Resize(
        RgbImage source, int width, int height, ResampleKernel kernel = ResampleKernel.Bicubic, ImageBox? box = null)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(width, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(height, 1);
        return ResizeWindow(source, box ?? ImageBox.Whole(source), width, height, 0, 0, width, height, kernel);
    }

    /// <summary>
    /// Resizes to <paramref name="fullWidth"/> × <paramref name="fullHeight"/> but computes only a window of it.
    /// </summary>
    internal static RgbImage ResizeWindow(
        RgbImage source, ImageBox box, long fullWidth, long fullHeight, long left, long top, int width, int height, ResampleKernel kernel)
    {
        if (!(box.Left >= 0 && box.Top >= 0
            && box.Right <= source.Width && box.Bottom <= source.Height && box.Left < box.Right && box.Top < box.Bottom))
            throw new ArgumentException($"{box} is empty or not inside a picture of {source.Width} × {source.Height} pixels.", nameof(box));
        var columns = new ResampleTaps(source.Width, box.Left, box.Right, fullWidth, left, width, kernel);
        var rows = new ResampleTaps(source.Height, box.Top, box.Bottom, fullHeight, top, height, kernel);

        var stride = width * 3;
        var narrowed = GC.AllocateUninitializedArray<byte>((rows.End - rows.Begin) * stride);
        var row = new byte[((columns.End - columns.Begin) * 3) + 1];
        for (var y = rows.Begin; y < rows.End; y++)
        {
            source.Pixels.AsSpan(((y * source.Width) + columns.Begin) * 3, row.Length - 1).CopyTo(row);
            NarrowRow(row, columns, narrowed.AsSpan((y - rows.Begin) * stride, stride));
        }

        var pixels = GC.AllocateUninitializedArray<byte>(height * stride);
        var sums = new int[stride];
        for (var y = 0; y < height; y++)
            BlendRows(narrowed.AsSpan((rows.First(y) - rows.Begin) * stride), rows.Weights(y), sums, pixels.AsSpan(y * stride, stride));
        return new(width, height, pixels);
    }

    /// <summary>
    /// The horizontal pass of one row. Four lanes hold red, green, blue and one surplus byte, so that a row ends with a
    /// padding byte.
    /// </summary>
    private static void NarrowRow(ReadOnlySpan<byte> row, ResampleTaps columns, Span<byte> target)
    {
        for (var x = 0; x < columns.Length; x++)
        {
            var weights = columns.Weights(x);
            ref var pixel = ref MemoryMarshal.GetReference(row.Slice((columns.First(x) - columns.Begin) * 3, (weights.Length * 3) + 1));
            var sum = Vector128.Create(Half);
            foreach (var weight in weights)
            {
                var four = Vector128.CreateScalarUnsafe(Unsafe.ReadUnaligned<uint>(ref pixel)).AsByte();
                sum += Vector128.WidenLower(Vector128.WidenLower(four)).AsInt32() * weight;
                pixel = ref Unsafe.Add(ref pixel, 3);
            }
            sum >>= ResampleTaps.Precision;
            (target[x * 3], target[(x * 3) + 1], target[(x * 3) + 2]) = (Clip(sum[0]), Clip(sum[1]), Clip(sum[2]));
        }
    }

    /// <summary>The vertical pass of one output row: a weighted sum of whole rows.</summary>
    private static void BlendRows(ReadOnlySpan<byte> source, ReadOnlySpan<int> weights, Span<int> sums, Span<byte> target)
    {
        sums.Fill(Half);
        for (var k = 0; k < weights.Length; k++)
        {
            var row = source.Slice(k * sums.Length, sums.Length);
            var x = 0;
            for (; x <= row.Length - Vector<byte>.Count; x += Vector<byte>.Count)
            {
                Vector.Widen(new Vector<byte>(row[x..]), out var low, out var high);
                Vector.Widen(low, out var a, out var b);
                Vector.Widen(high, out var c, out var d);
                Add(a, sums[x..], weights[k]);
                Add(b, sums[(x + Vector<int>.Count)..], weights[k]);
                Add(c, sums[(x + (2 * Vector<int>.Count))..], weights[k]);
                Add(d, sums[(x + (3 * Vector<int>.Count))..], weights[k]);
            }
            for (; x < row.Length; x++)
                sums[x] += row[x] * weights[k];
        }
        for (var x = 0; x < target.Length; x++)
            target[x] = Clip(sums[x] >> ResampleTaps.Precision);
    }

    private static void Add(Vector<uint> pixels, Span<int> sums, int weight) =>
        (new Vector<int>(sums) + (pixels.As<uint, int>() * weight)).CopyTo(sums);

    private static byte Clip(int value) => (byte)Math.Clamp(value, 0, 255);
}
