using System.Globalization;
using SkiaSharp;

namespace Kedge.Data.Scenes;

/// <summary>
/// The outlines of all shapes, as SVG path data in a box of 100 × 100; holes have the opposite orientation.
/// </summary>
internal static class ShapeOutlines
{
    private const float Box = 100;

    private static readonly Dictionary<string, string> Data = new()
    {
        ["circle"] = Disc(50, 50, 48),
        ["oval"] = "M2 50A48 29 0 1 1 98 50A48 29 0 1 1 2 50Z",
        ["ring"] = Disc(50, 50, 48) + Hole(50, 50, 25),
        ["semicircle"] = "M2 74A48 48 0 0 1 98 74Z",
        ["crescent"] = "M66 4A48 48 0 1 0 96 70A40 40 0 0 1 66 4Z",
        ["square"] = "M8 8H92V92H8Z",
        ["rectangle"] = "M2 29H98V71H2Z",
        ["frame"] = "M6 6H94V94H6ZM26 26V74H74V26Z",
        ["triangle"] = "M50 6L97 90H3Z",
        ["diamond"] = "M50 2L82 50L50 98L18 50Z",
        ["pentagon"] = Spokes(5, 48, 48),
        ["hexagon"] = Spokes(6, 48, 48),
        ["trapezoid"] = "M30 20H70L98 80H2Z",
        ["parallelogram"] = "M34 24H98L66 76H2Z",
        ["star"] = Spokes(10, 48, 20),
        ["sun"] = Disc(50, 50, 24) + Rays(8, 30, 48, 4),
        ["cross"] = "M36 4H64V36H96V64H64V96H36V64H4V36H36Z",
        ["arrow"] = "M2 38H52V12L98 50L52 88V62H2Z",
        ["heart"] = "M50 92C12 62 2 44 2 29A24 24 0 0 1 50 26A24 24 0 0 1 98 29C98 44 88 62 50 92Z",
        ["drop"] = "M50 2C60 28 82 44 82 65A32 32 0 0 1 18 65C18 44 40 28 50 2Z",
        ["cloud"] = "M24 80A20 20 0 0 1 20 41A26 26 0 0 1 68 30A25 25 0 0 1 78 80Z",
        ["lightning bolt"] = "M58 2L20 56H44L34 98L82 38H54L72 2Z",
        ["house"] = "M50 6L96 46H84V94H16V46H4ZM42 66V94H58V66Z",
        ["tree"] = "M50 2L72 32H62L82 56H68L90 80H58V98H42V80H10L32 56H18L38 32H28Z",
        ["mushroom"] = "M4 54A46 46 0 0 1 96 54ZM38 54H62L66 98H34Z",
        ["fish"] = "M2 50C20 16 56 16 74 44L98 22V78L74 56C56 84 20 84 2 50Z",
        ["boat"] = "M4 64H96L78 94H22ZM42 4H49V60H42ZM53 8L90 58H53Z",
        ["cup"] = "M10 14H70V86H10ZM70 28H96V68H70V57H84V39H70Z",
        ["hourglass"] = "M10 4H90L57 50L90 96H10L43 50Z",
        ["bow tie"] = "M3 14L50 42L97 14V86L50 58L3 86Z",
        ["leaf"] = "M8 92C-8 40 40 4 94 6C98 60 60 108 8 92Z",
        ["crown"] = "M4 88V18L28 52L50 10L72 52L96 18V88Z",
        ["bell"] = "M50 4C78 6 80 34 82 56L96 78H4L18 56C20 34 22 6 50 4ZM36 83H64A14 14 0 0 1 36 83Z",
        ["bottle"] = "M40 2H60V28C60 36 76 40 76 54V98H24V54C24 40 40 36 40 28Z",
        ["envelope"] = "M2 20H98V80H2ZM6 33L50 66L94 33V24L50 56L6 24Z",
        ["flag"] = "M10 2H20V98H10ZM20 8H96L76 33L96 58H20Z",
        ["hammer"] = "M8 8H74C90 8 94 20 97 36H62V98H40V36H8Z",
        ["umbrella"] = "M2 52A48 48 0 0 1 98 52ZM46 52H54V84A14 14 0 0 1 26 84H34A6 6 0 0 0 46 84Z",
        ["ladder"] = "M16 2H30V98H16ZM70 2H84V98H70ZM30 14H70V26H30ZM30 44H70V56H30ZM30 74H70V86H30Z",
        ["key"] = Disc(26, 50, 24) + Hole(26, 50, 11) + "M49 44H98V74H88V56H78V70H68V56H49Z",
        ["gear"] = Disc(50, 50, 36) + Rays(8, 30, 48, 7) + Hole(50, 50, 14),
        ["flower"] = Petals(6, 28, 20) + Disc(50, 50, 22),
        ["stairs"] = "M4 96V72H28V48H52V24H76V4H96V96Z",
        ["pie"] = "M50 50L92 26A48 48 0 1 0 92 74Z",
        ["rocket"] = "M50 2C72 20 72 48 70 66L92 90H66L60 98H40L34 90H8L30 66C28 48 28 20 50 2ZM50 30A9 9 0 1 0 50 48A9 9 0 1 0 50 30Z",
        ["car"] = "M2 56L20 52L32 28H70L84 52L98 56V74H2Z" + Disc(26, 76, 13) + Disc(74, 76, 13),
        ["plane"] = "M50 2C56 2 58 10 58 20V38L98 62V72L58 60V80L70 90V98L50 92L30 98V90L42 80V60L2 72V62L42 38V20C42 10 44 2 50 2Z",
        ["dumbbell"] = "M2 32H14V18H30V43H70V18H86V32H98V68H86V82H70V57H30V82H14V68H2Z",
        ["anchor"] = Disc(50, 14, 12) + Hole(50, 14, 5) +
            "M45 25H55V36H74V46H55V84C70 82 80 73 82 60L72 64L88 42L99 64L92 62C90 88 70 98 50 98C30 98 10 88 8 62L1 64L12 42L28 64L18 " +
            "60C20 73 30 82 45 84V46H26V36H45Z",
        ["butterfly"] = "M50 40C60 4 98 2 96 28C95 46 74 50 56 51C76 54 92 66 84 84C74 100 54 84 50 62C46 84 26 100 16 84C8 66 24 54 44 " +
            "51C26 50 5 46 4 28C2 2 40 4 50 40Z",
        ["magnifying glass"] = Disc(38, 38, 36) + Hole(38, 38, 23) + "M60 72L72 60L98 86L86 98Z",
        ["pin"] = "M50 98C30 66 16 54 16 35A34 34 0 0 1 84 35C84 54 70 66 50 98Z" + Hole(50, 35, 14),
        ["shield"] = "M50 4L90 16V48C90 74 74 90 50 98C26 90 10 74 10 48V16Z",
        ["wine glass"] = "M20 4H80C80 34 72 50 55 54V86H76V96H24V86H45V54C28 50 20 34 20 4Z",
        ["table"] = "M2 22H98V38H88V92H76V38H24V92H12V38H2Z",
        ["chair"] = "M14 2H26V46H86V98H74V60H26V98H14Z",
        ["comb"] = "M2 20H98V84H88V44H79V84H69V44H60V84H50V44H41V84H31V44H22V84H12V44H2Z",
        ["zigzag"] = "M2 58L26 16L50 56L74 16L98 58V86L74 44L50 84L26 44L2 86Z",
        ["cat"] = "M8 4L34 24H66L92 4V60A42 38 0 0 1 8 60ZM30 46A7 7 0 1 0 30 60A7 7 0 1 0 30 46ZM70 46A7 7 0 1 0 70 60A7 7 0 1 0 70 46Z",
        ["clover"] = Disc(50, 26, 23) + Disc(27, 56, 23) + Disc(73, 56, 23) + "M46 54H54L58 98H42Z",
    };

    public static IReadOnlyList<string> HeldOutNames { get; } =
        ["heart", "arrow", "house", "mushroom", "bell", "key", "rocket", "anchor", "wine glass", "cat", "comb", "clover"];

    public static IReadOnlyList<string> Names { get; } = [.. Data.Keys];

    /// <summary>A shape's outline, centred on the origin and scaled to −1 to 1; owned by the caller.</summary>
    public static SKPath Create(string shape)
    {
        var path = SKPath.ParseSvgPathData(Data[shape]);
        path.Transform(SKMatrix.CreateTranslation(-Box / 2, -Box / 2).PostConcat(SKMatrix.CreateScale(2 / Box, 2 / Box)));
        return path;
    }

    private static string Disc(double x, double y, double r) =>
        Invariant($"M{x - r} {y}A{r} {r} 0 1 1 {x + r} {y}A{r} {r} 0 1 1 {x - r} {y}Z");

    private static string Hole(double x, double y, double r) =>
        Invariant($"M{x - r} {y}A{r} {r} 0 1 0 {x + r} {y}A{r} {r} 0 1 0 {x - r} {y}Z");

    // corners at two distances in turn, the first on top
    private static string Spokes(int corners, double far, double near)
    {
        var points = Enumerable.Range(0, corners).Select(i => Point(i % 2 == 0 ? far : near, 2 * Math.PI * i / corners));
        return $"M{string.Join("L", points)}Z";
    }

    private static string Rays(int count, double from, double to, double half) => string.Concat(Enumerable.Range(0, count).Select(i =>
    {
        var angle = 2 * Math.PI * i / count;
        var (inner, outer) = (Math.Atan2(half, from), Math.Atan2(half, to));
        return $"M{Point(from, angle - inner)}L{Point(to, angle - outer)}L{Point(to, angle + outer)}L{Point(from, angle + inner)}Z";
    }));

    private static string Petals(int count, double distance, double r) => string.Concat(Enumerable.Range(0, count).Select(i =>
    {
        var angle = 2 * Math.PI * i / count;
        return Disc(50 + (distance * Math.Sin(angle)), 50 - (distance * Math.Cos(angle)), r);
    }));

    private static string Point(double distance, double angle) =>
        Invariant($"{50 + (distance * Math.Sin(angle)):0.##} {50 - (distance * Math.Cos(angle)):0.##}");

    private static string Invariant(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
