namespace Kedge.Reports.Explanations;

/// <summary>
/// A scale of colours from dark blue to yellow, which people with and without colour vision deficiency read alike, as
/// its lightness grows evenly: cividis (J. Nuñez, C. Anderton, R. Renslow, PLOS ONE 2018).
/// </summary>
internal static class Cividis
{
    private static readonly (int Red, int Green, int Blue)[] Stops =
    [
        (0, 32, 77), (0, 51, 111), (57, 72, 107), (87, 92, 109), (112, 113, 115),
        (138, 135, 121), (166, 157, 117), (196, 181, 108), (228, 207, 91), (255, 234, 70),
    ];

    /// <summary>The colour of a value, as CSS writes it.</summary>
    /// <param name="value">0 to 1.</param>
    public static string Colour(double value)
    {
        var place = Math.Clamp(value, 0, 1) * (Stops.Length - 1);
        var (from, to) = (Stops[(int)place], Stops[Math.Min((int)place + 1, Stops.Length - 1)]);
        int Between(int first, int second) => (int)Math.Round(first + ((second - first) * (place - (int)place)));
        return $"#{Between(from.Red, to.Red):x2}{Between(from.Green, to.Green):x2}{Between(from.Blue, to.Blue):x2}";
    }
}
