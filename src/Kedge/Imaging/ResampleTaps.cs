namespace Kedge.Imaging;

/// <summary>
/// The filter taps (source pixels and weights) of each output pixel along one axis, in Pillow's
/// arithmetic and fixed point.
/// </summary>
internal sealed class ResampleTaps
{
    /// <summary>Fractional bits of a weight: 32 bits less 8 for the pixel and 2 for the filter's overshoot.</summary>
    public const int Precision = 32 - 8 - 2;

    private readonly int[] _first;
    private readonly int[] _count;
    private readonly int[] _weights;
    private readonly int _stride;

    /// <summary>
    /// Computes the taps of output pixels <paramref name="start"/> to <paramref name="start"/> +
    /// <paramref name="length"/> − 1.
    /// </summary>
    /// <param name="sourceSize">Pixels of the source.</param>
    /// <param name="from">The source coordinate at which the output begins; single precision, as in Pillow.</param>
    /// <param name="to">The source coordinate at which the output ends.</param>
    /// <param name="size">Pixels of the whole output, of which only a window is computed.</param>
    /// <param name="start">The first output pixel of the window.</param>
    /// <param name="length">Output pixels of the window.</param>
    /// <param name="kernel">The filter.</param>
    public ResampleTaps(int sourceSize, float from, float to, long size, long start, int length, ResampleKernel kernel)
    {
        var scale = (double)(to - from) / size;
        var widening = Math.Max(scale, 1);
        var support = kernel.Support() * widening;
        _stride = ((int)Math.Ceiling(support) * 2) + 1;
        (_first, _count, _weights) = (new int[length], new int[length], new int[length * _stride]);
        var exact = new double[_stride];
        for (var i = 0; i < length; i++)
        {
            var centre = from + ((start + i + 0.5) * scale);
            var first = Math.Max(0, (int)(centre - support + 0.5));
            var count = Math.Min(sourceSize, (int)(centre + support + 0.5)) - first;
            var sum = 0.0;
            for (var k = 0; k < count; k++)
                sum += exact[k] = kernel.At((k + first - centre + 0.5) / widening);
            for (var k = 0; k < count; k++)
                _weights[(i * _stride) + k] = (int)Math.Round(exact[k] / sum * (1 << Precision), MidpointRounding.AwayFromZero);
            (_first[i], _count[i]) = (first, count);
        }
    }

    /// <summary>Output pixels of the window.</summary>
    public int Length => _first.Length;

    /// <summary>The first source pixel that any output pixel needs.</summary>
    public int Begin => _first[0];

    /// <summary>One past the last source pixel that any output pixel needs.</summary>
    public int End => _first[^1] + _count[^1];

    /// <summary>The first source pixel of an output pixel.</summary>
    public int First(int i) => _first[i];

    /// <summary>The weights of an output pixel, one for each source pixel from <see cref="First"/> on.</summary>
    public ReadOnlySpan<int> Weights(int i) => _weights.AsSpan(i * _stride, _count[i]);
}
