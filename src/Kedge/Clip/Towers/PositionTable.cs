using static TorchSharp.torch;
using F = TorchSharp.torch.nn.functional;

namespace Kedge.Clip.Towers;

/// <summary>
/// Learned positions of a class token and a square grid of patches, and what they are on grids of other sizes.
/// </summary>
internal static class PositionTable
{
    /// <summary>
    /// The table at another size: the class position as it is, the grid by bicubic interpolation, its scale given by
    /// the sizes and its corners not aligned, as PyTorch defines them (a = −0.75; with antialiasing −0.5, and the
    /// kernel as wide as a grid that shrinks demands).
    /// </summary>
    /// <param name="table">[1 + side², W]: the class position, then the patches row by row from the top left.</param>
    /// <param name="rows">Rows of the other grid, at least 1.</param>
    /// <param name="columns">Its columns, at least 1.</param>
    /// <param name="antialias">
    /// On where a checkpoint is adapted to another resolution, off for crops of other sizes within training.
    /// </param>
    /// <returns>[1 + rows · columns, W], differentiable; at its own size the table itself.</returns>
    public static Tensor Resize(Tensor table, long rows, long columns, bool antialias)
    {
        var side = (long)Math.Round(Math.Sqrt(table.shape[0] - 1));
        if (rows == side && columns == side)
            return table;
        using var scope = NewDisposeScope();
        var grid = table.narrow(0, 1, side * side).t().reshape(1, -1, side, side); // [1, W, side, side]
        var resized = F.interpolate(grid, [rows, columns], mode: InterpolationMode.Bicubic, align_corners: false, antialias: antialias);
        return cat([table.narrow(0, 0, 1), resized.flatten(2).squeeze(0).t()]).MoveToOuterDisposeScope();
    }
}
