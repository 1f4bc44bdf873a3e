using System.Globalization;
using System.Text.RegularExpressions;
using System.Xml.Linq;
using Kedge.Cli.Reports;
using Kedge.Experiments;
using SkiaSharp;

namespace Kedge.Tests.Cli.Reports;

public partial class ShotsCurveTests
{
    private static readonly SKColor Blue = new(0x00, 0x72, 0xB2); // of the first method

    [Fact]
    public void Svg_holds_each_methods_points_and_its_name_with_its_last_figure()
    {
        var svg = XElement.Parse(Curve(Cells("zero-shot", [(1, 50), (4, 50)]), Cells("a<b>&\"c\"", [(1, 60), (2, 75), (4, 70.04)])).Svg());
        var texts = svg.Descendants().Where(element => element.Name.LocalName == "text").Select(text => text.Value).ToArray();
        foreach (var text in (string[])["zero-shot 50.0", "a<b>&\"c\" 70.0",
            "1", "2", "4", "shots, labelled images a class", "top-1 accuracy in per cent"])
            Assert.Contains(text, texts);
        var path = svg.Descendants().Where(element => element.Name.LocalName == "path" && element.Attribute("stroke")?.Value == "#0072B2")
            .Single(line => line.Attribute("stroke-opacity") is null && line.Attribute("stroke-width")?.Value == "2");
        var points = Points(path).Distinct().ToArray();
        Assert.Equal(3, points.Length);
        const double pixel = 0.5;
        Assert.Equal(points[1].X - points[0].X, points[2].X - points[1].X, pixel); // 1, 2 and 4 are as far apart
        Assert.Equal(15 / 4.96, (points[0].Y - points[1].Y) / (points[2].Y - points[1].Y), 0.05); // 60 to 75, and 75 to 70.04
        Assert.Contains(svg.Descendants(),
            element => element.Attribute("stroke-dasharray") is not null || element.Attribute("stroke")?.Value == "#808890");
    }

    [Fact]
    public void Svg_asks_for_nothing_from_elsewhere_and_its_parts_have_names_of_their_own()
    {
        var (first, second) = (Curve("a", Cells("x", [(1, 50), (2, 60)])).Svg(), Curve("b", Cells("x", [(1, 50), (2, 60)])).Svg());
        Assert.DoesNotContain("http", first.Replace("http://www.w3.org/2000/svg", "", StringComparison.Ordinal)
            .Replace("http://www.w3.org/1999/xlink", "", StringComparison.Ordinal), StringComparison.Ordinal);
        Assert.NotEmpty(Identifiers(first));
        Assert.Empty(Identifiers(first).Intersect(Identifiers(second)));
        Assert.All(Reference().Matches(first).Select(match => match.Groups[1].Value), name => Assert.Contains(name, Identifiers(first)));
    }

    [Fact]
    public void Png_has_its_size_the_line_and_the_names()
    {
        using var picture = SKBitmap.Decode(Curve(Cells("zero-shot", [(1, 50), (4, 50)]), Cells("tip", [(1, 60), (2, 75), (4, 70)])).Png());
        Assert.Equal((1800, 920), (picture.Width, picture.Height));
        Assert.Equal(SKColors.White, picture.GetPixel(1, 1));
        var pixels = picture.Pixels.Index().ToArray();
        int[] line = [.. pixels.Where(pixel => pixel.Item == Blue).Select(pixel => pixel.Index % picture.Width)];
        Assert.True(line.Max() - line.Min() > picture.Width / 2, "The line goes over more than half of the picture.");
        var ink = pixels.Count(pixel => pixel.Index % picture.Width > 0.9 * picture.Width
            && pixel.Item is { Red: < 60, Green: < 60, Blue: < 60 });
        Assert.InRange(ink, 100, 10_000); // letters, and no black field
    }

    [Fact]
    public void Letters_that_the_font_lacks_are_question_marks() =>
        Assert.Contains("?é?? 60.0", Curve(Cells("漢é😀ع", [(1, 60)])).Svg(), StringComparison.Ordinal);

    [Fact]
    public void Names_of_twenty_four_methods_do_not_lie_over_each_other()
    {
        var svg =
            XElement.Parse(Curve([.. Enumerable.Range(0, 24).Select(i => Cells($"method{i}", [(1, 50), (2, 60 + (i / 50.0))]))]).Svg());
        double[] places = [.. svg.Descendants()
            .Where(element => element.Name.LocalName == "text" && element.Value.StartsWith("method", StringComparison.Ordinal))
            .Select(Place).Order()];
        Assert.Equal(24, places.Length);
        Assert.All(places.Zip(places.Skip(1)), pair => Assert.True(pair.Second - pair.First > 16, $"{pair}"));
    }

    [Fact]
    public void One_number_of_shots_is_drawn_and_none_is_no_curve()
    {
        Assert.Contains("tip 60.0", Curve(Cells("tip", [(4, 60)])).Svg(), StringComparison.Ordinal);
        Assert.Null(ShotsCurve.Draw([Cell("tip", null, 60), Cell("failed", 4, null)], []));
    }

    private static ShotsCurve Curve(params ComparisonCell[][] methods) => Curve("photos", methods);

    private static ShotsCurve Curve(string task, params ComparisonCell[][] methods) =>
        ShotsCurve.Draw([.. methods.SelectMany(cells => cells).Select(cell => cell with { Task = task })], ["zero-shot"])!;

    private static ComparisonCell[] Cells(string method, (int Shots, double Mean)[] means) =>
        [.. means.Select(mean => Cell(method, mean.Shots, mean.Mean))];

    private static ComparisonCell Cell(string method, int? shots, double? mean) =>
        new("photos", method, shots, 3, 0, mean, 1, 0.1, 0.1, ["none"]);

    private static (double X, double Y)[] Points(XElement path) =>
        [.. Number().Matches(path.Attribute("d")!.Value).Select(match => double.Parse(match.Value, CultureInfo.InvariantCulture))
            .Chunk(2).Where(pair => pair.Length == 2).Select(pair => (pair[0], pair[1]))];

    private static double Place(XElement text) =>
        double.Parse(Number().Matches(text.Attribute("transform")!.Value)[1].Value, CultureInfo.InvariantCulture);

    private static string[] Identifiers(string svg) => [.. Identifier().Matches(svg).Select(match => match.Groups[1].Value)];

    [GeneratedRegex(@"-?\d+(\.\d+)?")]
    private static partial Regex Number();

    [GeneratedRegex(@" id=""([^""]+)""")]
    private static partial Regex Identifier();

    [GeneratedRegex(@"url\(#([^)]+)\)")]
    private static partial Regex Reference();
}
