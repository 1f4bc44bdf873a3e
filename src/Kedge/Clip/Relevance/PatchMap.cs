using static TorchSharp.torch;

namespace Kedge.Clip.Relevance;

/// <summary>A number for each patch of an image as the model sees it: the square crop of its middle.</summary>
public sealed class PatchMap
{
    /// <param name="rows">Rows of patches.</param>
    /// <param name="values">A number for each patch, 0 or more, row by row from the top left.</param>
    internal PatchMap(int rows, IReadOnlyList<double> values)
    {
        (Rows, Columns) = (rows, values.Count / rows);
        var sum = values.Sum();
        Shares = sum > 0 ? [.. values.Select(value => value / sum)] : values;
    }

    /// <summary>The map of a square image.</summary>
    /// <param name="values">[P] F32, 0 or more.</param>
    internal static PatchMap OfSquare(Tensor values) => new(
        (int)Math.Sqrt(values.shape[0]), [.. values.cpu().contiguous().data<float>().Select(value => (double)value)]);

    /// <summary>Patches from top to bottom.</summary>
    public int Rows { get; }

    /// <summary>Patches from left to right.</summary>
    public int Columns { get; }

    /// <summary>
    /// The share of each patch, 0 to 1, row by row from the top left; they sum to 1, or are all 0 where none counts.
    /// </summary>
    public IReadOnlyList<double> Shares { get; }

    /// <summary>The share of a patch.</summary>
    /// <param name="row">From the top, from 0.</param>
    /// <param name="column">From the left, from 0.</param>
    public double this[int row, int column] => Shares[(row * Columns) + column];

    /// <summary>The largest share, 0 to 1.</summary>
    internal double Max => Shares.Max();

    /// <summary>The share inside a rectangle; a patch that it cuts counts by the part of its area inside.</summary>
    /// <param name="left">The left edge as a fraction of the width, 0 to 1.</param>
    /// <param name="top">The upper edge, of the height.</param>
    /// <param name="right">The right edge.</param>
    /// <param name="bottom">The lower edge.</param>
    internal double ShareIn(double left, double top, double right, double bottom)
    {
        var sum = 0.0;
        for (var row = 0; row < Rows; row++)
        {
            for (var column = 0; column < Columns; column++)
                sum += this[row, column] * Inside(row, top * Rows, bottom * Rows) * Inside(column, left * Columns, right * Columns);
        }
        return sum;
    }

    // how much of the interval from place to place + 1 lies between two edges
    private static double Inside(int place, double first, double last) => Math.Max(0, Math.Min(place + 1, last) - Math.Max(place, first));
}
