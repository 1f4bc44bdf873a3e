using System.Text.Json;
using Kedge.Experiments;
using Kedge.Reports.Comparisons;

namespace Kedge.Tests.Experiments;

public class MethodDifferenceTests
{
    [Fact]
    public void Each_method_is_held_against_the_best_of_its_column()
    {
        ComparisonRow[] rows = [Row("a", 1, 1, "1100"), Row("a", 1, 2, "1110"),
            Row("b", 1, 1, "1111"), Row("b", 1, 2, "0111"), Row("a", 2, 1, "1111"), Row("b", 2, 1, "0000")];
        var differences = MethodDifference.Compute(rows);
        Assert.Equal([(1, "a", "b", 2, -25.0), (2, "b", "a", 1, -100.0)],
            differences.Select(found => (found.Shots!.Value, found.Method, found.Best, found.Draws, found.Difference.Mean)));
        Assert.Equal(PairedBootstrap.Compare([Bits("1100"), Bits("1110")], [Bits("1111"), Bits("0111")]), differences[0].Difference);
        Assert.Equal(
            ["−25.0 [−75.0, +25.0], p 0.520", "best", "–"], // of all resamples there are: p = 2 · 66 / 256 = 0.516
            ((string[])["a", "b", "c"]).Select(method => ComparisonTexts.Difference(differences, method, 1)));
        Assert.Equal("−100.0 [−100.0, −100.0], p < 0.001", ComparisonTexts.Difference(differences, "b", 2));
    }

    [Fact]
    public void Only_draws_that_both_finished_count()
    {
        var found = Assert.Single(MethodDifference.Compute(
            [Row("a", 1, 1, "1110"), Row("a", 1, 2, "1111"), Row("b", 1, 1, "1100"), Row("b", 1, 2, null)]));
        Assert.Equal(("b", "a", 1, -25), (found.Method, found.Best, found.Draws, found.Difference.Mean));
    }

    [Fact]
    public void Rows_of_earlier_versions_and_lone_methods_have_no_difference()
    {
        Assert.Empty(MethodDifference.Compute([Row("a", 1, 1, "1110") with { Correct = null }, Row("b", 1, 1, "1100")]));
        Assert.Empty(MethodDifference.Compute([Row("a", 1, 1, "1110"), Row("b", 1, 1, "1100") with { Correct = null }]));
        Assert.Empty(MethodDifference.Compute([Row("a", 1, 1, "1110")]));
        Assert.Empty(MethodDifference.Compute([Row("a", 1, 1, null), Row("b", 1, 1, null)]));
        Assert.Empty(MethodDifference.Compute([Row("a", 1, 1, "1110"), Row("b", 1, 1, "1100") with { TaskFingerprint = "another" }]));
    }

    [Theory]
    [InlineData("")]
    [InlineData("1")]
    [InlineData("10000000")]
    [InlineData("0010110100111")]
    public void Right_images_are_read_as_they_were_written(string images) =>
        Assert.Equal(Bits(images), CorrectnessBits.Read(CorrectnessBits.Write(Bits(images)), images.Length));

    [Theory]
    [InlineData("AAA=", 17)]
    [InlineData("AAA=", 8)]
    [InlineData("not base64", 8)]
    public void Right_images_of_another_number_are_refused(string text, int images) =>
        Assert.Equal($"Its right images are not base64 of {images} bits.",
            Assert.Throws<JsonException>(() => CorrectnessBits.Read(text, images)).Message);

    private static bool[] Bits(string text) => [.. text.Select(letter => letter == '1')];

    private static ComparisonRow Row(string method, int shots, int seed, string? right) => new()
    {
        Method = method,
        Task = "t",
        Shots = shots,
        Seed = seed,
        Accuracy = right is null ? null : 100.0 * right.Count(letter => letter == '1') / right.Length,
        FitSeconds = right is null ? null : 1,
        PredictSeconds = right is null ? null : 1,
        Selection = right is null ? null : "none",
        Correct = right is null ? null : CorrectnessBits.Write(Bits(right)),
        Error = right is null ? "Too hard." : null,
        Support = shots,
        Queries = 4,
        Model = "m",
        ModelFingerprint = "f",
        TaskFingerprint = "t",
    };
}
