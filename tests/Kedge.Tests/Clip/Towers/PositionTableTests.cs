using Kedge.Clip.Towers;
using static TorchSharp.torch;

namespace Kedge.Tests.Clip.Towers;

public class PositionTableTests
{
    private const double Tolerance = 1e-5; // F32 sums of 16 products, or of more with antialiasing

    [Theory]
    [InlineData(7, 12, 12, false)]
    [InlineData(7, 12, 12, true)]
    [InlineData(7, 3, 3, false)]
    [InlineData(7, 3, 3, true)]
    [InlineData(7, 5, 9, false)]
    [InlineData(7, 5, 9, true)]
    [InlineData(4, 4, 1, false)]
    [InlineData(4, 4, 1, true)]
    [InlineData(2, 7, 2, true)]
    public void Other_sizes_are_bicubic_as_in_plain_loops(int side, int rows, int columns, bool antialias)
    {
        using var scope = NewDisposeScope();
        var table = Table(side, width: 6);
        var resized = PositionTable.Resize(table, rows, columns, antialias);
        Assert.Equal([1 + (rows * columns), 6], resized.shape);
        Assert.Equal(table[0].data<float>(), resized[0].data<float>());
        for (var w = 0; w < 6; w++)
        {
            for (var r = 0; r < rows; r++)
            {
                for (var c = 0; c < columns; c++)
                    Assert.Equal(Bicubic(table, side, rows, columns, r, c, w, antialias),
                        resized[1 + (r * columns) + c, w].item<float>(), Tolerance);
            }
        }
    }

    [Theory, InlineData(false), InlineData(true)]
    public void Its_own_size_is_the_table_itself(bool antialias)
    {
        using var table = Table(side: 5, width: 4);
        Assert.Same(table, PositionTable.Resize(table, 5, 5, antialias));
    }

    [Theory, InlineData(false), InlineData(true)]
    public void Gradients_come_back_to_the_table(bool antialias)
    {
        using var scope = NewDisposeScope();
        var table = Table(side: 4, width: 3).requires_grad_();
        PositionTable.Resize(table, 6, 2, antialias).sum().backward();
        // each column of weights sums to 1, so that all of 6 · 2 ones are spread over the table
        Assert.Equal(12, table.grad![.., 0].narrow(0, 1, 16).sum().item<float>(), Tolerance * 12);
        Assert.Equal(1, table.grad![0, 0].item<float>(), Tolerance);
    }

    private static Tensor Table(int side, int width)
    {
        using var generator = new Generator(3);
        return randn([1 + (side * side), width], generator: generator);
    }

    private static double Bicubic(Tensor table, int side, int rows, int columns, int r, int c, int w, bool antialias)
    {
        var sum = 0.0;
        foreach (var (y, a) in Taps(side, rows, r, antialias))
        {
            foreach (var (x, b) in Taps(side, columns, c, antialias))
                sum += a * b * table[1 + (y * side) + x, w].item<float>();
        }
        return sum;
    }

    /// <summary>
    /// Places and weights of one axis. Without antialiasing borders are repeated; with it, what lies outside is left
    /// away.
    /// </summary>
    private static IEnumerable<(int Place, double Weight)> Taps(int from, int to, int place, bool antialias)
    {
        var scale = (double)from / to;
        var centre = ((place + 0.5) * scale) - 0.5;
        if (!antialias)
            return Enumerable.Range((int)Math.Floor(centre) - 1, 4).Select(at => (Math.Clamp(at, 0, from - 1), Cubic(centre - at, -0.75)));
        var wide = Math.Max(1, scale);
        var taps = Enumerable.Range(0, from)
            .Select(at => (at, Weight: Cubic((at - centre) / wide, -0.5))).Where(tap => tap.Weight != 0).ToArray();
        return taps.Select(tap => (tap.at, tap.Weight / taps.Sum(other => other.Weight)));
    }

    private static double Cubic(double x, double a) => Math.Abs(x) switch
    {
        <= 1 and var t => ((((a + 2) * t) - (a + 3)) * t * t) + 1,
        < 2 and var t => ((((a * t) - (5 * a)) * t) + (8 * a)) * t - (4 * a),
        _ => 0,
    };
}
