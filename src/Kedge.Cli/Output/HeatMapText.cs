using Kedge.Clip.Relevance;

namespace Kedge.Cli.Output;

/// <summary>Writes a map of patches with characters, darker where more rests.</summary>
internal static class HeatMapText
{
    private const string Shades = " ░▒▓█";

    /// <summary>Two characters a patch, which makes it about as wide as high.</summary>
    public static void WriteHeatMap(this TextWriter output, PatchMap map) =>
        output.WriteHeatMap(map.Rows, [.. map.Shares.Select(share => share / Math.Max(map.Max, double.Epsilon))]);

    /// <summary>The same of numbers from 0 to 1, row by row.</summary>
    public static void WriteHeatMap(this TextWriter output, int rows, IReadOnlyList<double> values)
    {
        foreach (var row in values.Chunk(values.Count / rows))
            output.WriteLine($"  |{string.Concat(row.Select(value => new string(Shade(value), 2)))}|");

        static char Shade(double value) => Shades[(int)Math.Round((Shades.Length - 1) * value)];
    }
}
