using Kedge.Clip.Relevance;

namespace Kedge.Cli.Output;

/// <summary>Writes a map of patches with characters, darker where more rests.</summary>
internal static class HeatMapText
{
    private const string Shades = " ░▒▓█";

    /// <summary>Two characters a patch, which makes it about as wide as high.</summary>
    public static void WriteHeatMap(this TextWriter output, PatchMap map)
    {
        for (var row = 0; row < map.Rows; row++)
            output.WriteLine($"  |{string.Concat(Enumerable.Range(0, map.Columns).Select(column => Shade(map[row, column])))}|");

        string Shade(double share) => new(share > 0 ? Shades[(int)Math.Ceiling((Shades.Length - 1) * share / map.Max)] : Shades[0], 2);
    }
}
