using SkiaSharp;

namespace Kedge.Data.Scenes;

/// <summary>A named colour.</summary>
internal sealed record NamedColour(string Name, SKColor Value);

/// <summary>A named background: a vertical gradient of two colours with uniform noise of amplitude Grain.</summary>
internal sealed record Background(string Name, SKColor Top, SKColor Bottom, int Grain);

/// <summary>The colours of objects and the backgrounds.</summary>
internal static class Palette
{
    private const int MinDistance = 110; // Euclidean, of at most 441 in RGB: objects must contrast with their background
    private const int Unevenness = 8; // amplitude of the variation of a named colour

    public static IReadOnlyList<NamedColour> Colours { get; } =
    [
        new("red", new(220, 30, 35)), new("orange", new(245, 130, 20)), new("yellow", new(250, 222, 40)), new("lime", new(160, 222, 30)),
        new("green", new(30, 140, 50)), new("teal", new(0, 128, 130)), new("cyan", new(70, 215, 235)), new("blue", new(40, 85, 225)),
        new("navy", new(18, 24, 100)), new("purple", new(120, 40, 172)), new("magenta", new(225, 30, 180)), new("pink", new(250, 165, 195)),
        new("brown", new(120, 70, 30)), new("white", new(250, 250, 250)), new("gray", new(128, 128, 128)), new("black", new(14, 14, 14)),
    ];

    public static IReadOnlyList<Background> Backgrounds { get; } =
    [
        new("on paper", new(240, 236, 224), new(240, 236, 224), 3), new("on sand", new(226, 204, 152), new(214, 190, 138), 14),
        new("on grass", new(104, 170, 80), new(84, 148, 60), 18), new("on water", new(90, 150, 205), new(60, 118, 180), 8),
        new("on snow", new(246, 248, 252), new(226, 234, 246), 4), new("on stone", new(158, 158, 162), new(140, 140, 146), 16),
        new("on wood", new(166, 116, 72), new(146, 98, 58), 10), new("at night", new(14, 16, 36), new(40, 44, 70), 4),
        new("in fog", new(206, 210, 214), new(180, 186, 192), 3), new("at dusk", new(84, 56, 120), new(240, 150, 96), 4),
    ];

    public static SKColor Find(string colour) => Colours.First(entry => entry.Name == colour).Value;

    /// <summary>Whether a colour contrasts with both colours of a background.</summary>
    public static bool StandsOut(string colour, Background background) =>
        Distance(Find(colour), background.Top) >= MinDistance && Distance(Find(colour), background.Bottom) >= MinDistance;

    /// <summary>A random variation of a colour.</summary>
    public static SKColor Vary(SKColor colour, Random random)
    {
        return new(Channel(colour.Red), Channel(colour.Green), Channel(colour.Blue));

        byte Channel(byte value) => (byte)Math.Clamp(value + random.Next(-Unevenness, Unevenness + 1), 0, 255);
    }

    /// <summary>A lighter tone of a dark colour, a darker one of a light colour.</summary>
    public static SKColor OtherTone(SKColor colour)
    {
        var light = (0.299 * colour.Red) + (0.587 * colour.Green) + (0.114 * colour.Blue) > 100;
        return Mix(colour, light ? SKColors.Black : SKColors.White, 0.38);
    }

    private static SKColor Mix(SKColor a, SKColor b, double share) =>
        new((byte)double.Lerp(a.Red, b.Red, share), (byte)double.Lerp(a.Green, b.Green, share), (byte)double.Lerp(a.Blue, b.Blue, share));

    private static double Distance(SKColor a, SKColor b) =>
        Math.Sqrt(Math.Pow(a.Red - b.Red, 2) + Math.Pow(a.Green - b.Green, 2) + Math.Pow(a.Blue - b.Blue, 2));
}
