using Kedge.Cli.Reports;
using SkiaSharp;

namespace Kedge.Tests.Cli.Reports;

public class TrainingPlotTests
{
    private static readonly SKColor Blue = new(0x00, 0x72, 0xB2), Vermilion = new(0xD5, 0x5E, 0x00); // of loss, of accuracy

    [Fact]
    public void Loss_is_above_and_accuracy_below()
    {
        using var picture =
            Draw([.. Enumerable.Range(1, 30).Select(step => (step, 3.0 / step, step % 10 == 0 ? step / 40.0 : (double?)null))]);
        Assert.Equal((1600, 1280), (picture.Width, picture.Height));
        Assert.InRange(Rows(picture, Blue).Max(), 100, 640);
        Assert.InRange(Rows(picture, Vermilion).Min(), 640, 1280);
        Assert.True(picture.Pixels.Count(pixel => pixel is { Red: < 60, Green: < 60, Blue: < 60 }) > 500, "There are letters.");
    }

    [Fact]
    public void Loss_that_falls_falls_in_the_picture()
    {
        using var picture = Draw([(0, 2, null), (100, 1, null)]);
        Assert.Equal((1600, 640), (picture.Width, picture.Height));
        int First(IEnumerable<int> rows) => rows.First();
        Assert.True(First(RowsAt(picture, 500)) < First(RowsAt(picture, 1200)));
    }

    [Fact]
    public void A_loss_that_is_no_number_is_a_gap()
    {
        using var picture =
            Draw([(0, 2, null), (1, 1.5, null), (2, double.NaN, null), (3, double.PositiveInfinity, null), (4, 1.2, null), (5, 1, null)]);
        int[] columns =
            [.. picture.Pixels.Index().Where(pixel => pixel.Item == Blue).Select(pixel => pixel.Index % picture.Width).Distinct().Order()];
        Assert.True(columns.Zip(columns.Skip(1)).Max(pair => pair.Second - pair.First) > 200, "Nothing is drawn between 1 and 4.");
    }

    [Fact]
    public void One_step_is_a_curve_too()
    {
        using var picture = Draw([(1, 2, 0.5)]);
        Assert.NotEmpty(Rows(picture, Blue));
    }

    private static SKBitmap Draw((int Step, double Loss, double? Accuracy)[] steps) => SKBitmap.Decode(TrainingPlot.Png(steps));

    private static IEnumerable<int> Rows(SKBitmap picture, SKColor colour) =>
        picture.Pixels.Index().Where(pixel => pixel.Item == colour).Select(pixel => pixel.Index / picture.Width);

    private static IEnumerable<int> RowsAt(SKBitmap picture, int column) =>
        Enumerable.Range(0, picture.Height).Where(row => picture.GetPixel(column, row) == Blue);
}
