using static TorchSharp.torch;

namespace Kedge.Clip.Relevance;

/// <summary>
/// From the relevance of patches to a mask and a box: relevance is interpolated bicubically, as in the paper's spatial
/// loss, divided by its maximum, and cut at a threshold; of what is left, the connected part that holds the maximum.
/// </summary>
internal static class Localisation
{
    /// <summary>
    /// The share of the maximum from which on a pixel is inside. Chosen on drawn scenes by the overlap of box and
    /// object (docs/results/relevance.md); the published code's soft mask has its half at 0.1.
    /// </summary>
    public const double Threshold = 0.2;

    private const int Side = 112; // of the mask of the square

    /// <summary>Locates.</summary>
    /// <param name="pair">The relevance of a photo and a text.</param>
    /// <param name="square">Where of the photo its patches lie.</param>
    /// <param name="threshold">Above 0 to 1.</param>
    public static Location Find(PairRelevance pair, PhotoSquare square, double threshold)
    {
        var inside = pair.Patches.Max > 0 ? Part(Interpolated(pair.Patches), threshold) : new bool[Side * Side];
        var mask = new PhotoMask(inside, square);
        var places = inside.Index().Where(pixel => pixel.Item).Select(pixel => (X: pixel.Index % Side, Y: pixel.Index / Side)).ToList();
        if (places.Count == 0)
            return new(pair.Text, pair.Cosine, null, 0, mask, pair.Patches);
        var (left, right) = (places.Min(place => place.X) / (double)Side, (places.Max(place => place.X) + 1) / (double)Side);
        var (top, bottom) = (places.Min(place => place.Y) / (double)Side, (places.Max(place => place.Y) + 1) / (double)Side);
        return new(pair.Text, pair.Cosine, square.Box(left, top, right, bottom), pair.Patches.ShareIn(left, top, right, bottom),
            mask, pair.Patches);
    }

    // of the square, row by row
    private static float[] Interpolated(PatchMap map)
    {
        using var scope = NewDisposeScope();
        using var noGrad = no_grad();
        var patches = tensor(map.Shares.Select(share => (float)share).ToArray()).view(1, 1, map.Rows, map.Columns);
        var pixels = nn.functional.interpolate(patches, [Side, Side], mode: InterpolationMode.Bicubic, align_corners: false);
        return (pixels / pixels.max()).data<float>().ToArray();
    }

    // the connected part of what is above the threshold that holds the maximum
    private static bool[] Part(float[] pixels, double threshold)
    {
        var inside = new bool[pixels.Length];
        var open = new Stack<int>([Array.IndexOf(pixels, pixels.Max())]);
        while (open.TryPop(out var place))
        {
            if (inside[place] || pixels[place] < threshold)
                continue;
            inside[place] = true;
            var (x, y) = (place % Side, place / Side);
            if (x > 0)
                open.Push(place - 1);
            if (x < Side - 1)
                open.Push(place + 1);
            if (y > 0)
                open.Push(place - Side);
            if (y < Side - 1)
                open.Push(place + Side);
        }
        return inside;
    }
}
