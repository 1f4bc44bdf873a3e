using System.Text.Json;
using Kedge.Evaluation;
using static TorchSharp.torch;

namespace Kedge.Tests.Evaluation;

public class ConfusionMatrixTests
{
    /// <summary>Double arithmetic on a few small whole numbers.</summary>
    private const double Tolerance = 1e-12;

    private static readonly JsonSerializerOptions Indented = new() { WriteIndented = true };

    // true:                                            a  a  a  b  b  c          chosen:  a  a  b  b  c  c
    private static readonly ConfusionMatrix Small = ConfusionMatrix.Count([0, 0, 0, 1, 1, 2], [0, 0, 1, 1, 2, 2], classes: 4);

    [Fact]
    public void A_small_case_by_hand()
    {
        Assert.Equal((4, 2, 1, 0, 1, 1, 1),
            (Small.ClassCount, Small[0, 0], Small[0, 1], Small[1, 0], Small[1, 1], Small[1, 2], Small[2, 2]));
        Assert.Equal((3, 2, 1, 0), (Small.Images(0), Small.Images(1), Small.Images(2), Small.Images(3)));
        Assert.Equal(2 / 3.0, Small.Share(0, 0), Tolerance);
        Assert.Equal(0.5, Small.Share(1, 2), Tolerance);
        Assert.Equal(0, Small.Share(3, 3)); // no image of it
    }

    [Fact]
    public void The_most_frequent_mistakes_come_first_and_right_answers_are_none() => Assert.Equal(
        [new Mistake(2, 0, 3), new(0, 1, 2), new(1, 0, 2), new(0, 2, 1)],
        ConfusionMatrix.Count([0, 0, 0, 0, 0, 0, 1, 1, 2, 2, 2], [0, 0, 0, 1, 1, 2, 0, 0, 0, 0, 0], classes: 3).Mistakes);

    [Fact]
    public void Parts_add_up()
    {
        Assert.Equal(ConfusionMatrix.Count([0, 0, 1], [0, 1, 1], 2),
            ConfusionMatrix.Sum(ConfusionMatrix.Count([0], [0], 2), ConfusionMatrix.Count([0, 1], [1, 1], 2)));
        Assert.Throws<ArgumentException>(() => ConfusionMatrix.Sum());
        Assert.Throws<ArgumentException>(() => ConfusionMatrix.Sum(Small, ConfusionMatrix.Count([0], [0], 3)));
    }

    [Fact]
    public void An_evaluation_has_counted_the_same()
    {
        using var logits = tensor(new float[,] { { 3, 2, 1 }, { 1, 2, 3 }, { 1, 3, 2 } });
        Assert.Equal(ConfusionMatrix.Count([0, 0, 1], [0, 2, 1], 3),
            ConfusionMatrix.From(EvaluationResult.Compute(logits, [0, 0, 1], ["a", "b", "c"])));
    }

    [Fact]
    public void What_is_no_class_or_has_no_partner_is_refused()
    {
        Assert.Throws<ArgumentException>(() => ConfusionMatrix.Count([0, 1], [0], 2));
        Assert.Throws<ArgumentOutOfRangeException>(() => ConfusionMatrix.Count([2], [0], 2));
        Assert.Throws<ArgumentOutOfRangeException>(() => ConfusionMatrix.Count([0], [-1], 2));
        Assert.Throws<ArgumentOutOfRangeException>(() => ConfusionMatrix.Count([], [], 0));
        Assert.Throws<IndexOutOfRangeException>(() => Small[0, 4]); // not the next row
    }

    [Fact]
    public void As_json_it_is_short_and_comes_back()
    {
        var json = JsonSerializer.Serialize(new { Small }, Indented);
        Assert.Contains("[4,[0,0,2],[0,1,1],[1,1,1],[1,2,1],[2,2,1]]", json, StringComparison.Ordinal);
        Assert.Equal(Small, JsonSerializer.Deserialize<ConfusionMatrix>(JsonSerializer.Serialize(Small)));
    }

    [Theory]
    [InlineData("7")]
    [InlineData("[]")]
    [InlineData("[0]")]
    [InlineData("[2000000000]")]
    [InlineData("[2,[0,0]]")]
    [InlineData("[2,[0,2,1]]")]
    [InlineData("[2,[0,0,0]]")]
    [InlineData("[2,[0,0,1.5]]")]
    [InlineData("[2,[0,\"a\",1]]")]
    public void Json_that_is_no_confusion_is_refused(string json) =>
        Assert.Throws<JsonException>(() => JsonSerializer.Deserialize<ConfusionMatrix>(json));
}
