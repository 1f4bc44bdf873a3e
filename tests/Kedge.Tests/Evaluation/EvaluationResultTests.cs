using Kedge.Evaluation;
using static TorchSharp.torch;

namespace Kedge.Tests.Evaluation;

public class EvaluationResultTests
{
    /// <summary>Double arithmetic on a few small whole numbers.</summary>
    private const double Tolerance = 1e-12;

    private static readonly string[] Names = ["a", "b", "c", "d", "e", "f", "g"];

    [Fact]
    public void A_small_case_by_hand()
    {
        // true:      a  a  a  b  b  c          chosen:  a  a  b  b  c  c
        var result = Of(3, [0, 0, 0, 1, 1, 2], [0, 0, 1, 1, 2, 2]);
        Assert.Equal(6, result.Count);
        Assert.Equal(4 / 6.0, result.Top1, Tolerance);
        Assert.Equal(1, result.Top5, Tolerance);
        Assert.Equal([2 / 3.0, 0.5, 1], result.ClassAccuracies);
        Assert.Equal([[2, 1, 0], [0, 1, 1], [0, 0, 1]], result.Confusion);
        // F1: a: P 1, R 2/3; b: P 1/2, R 1/2; c: P 1/2, R 1
        Assert.Equal((0.8 + 0.5 + 2 / 3.0) / 3, result.MacroF1, Tolerance);
        Assert.Equal(["a", "b", "c"], result.ClassNames);
    }

    [Fact]
    public void A_class_that_is_neither_shown_nor_chosen_has_no_accuracy_and_no_say_in_f1()
    {
        var result = Of(4, [0, 1], [0, 2]);
        Assert.Equal([1, 0, null, null], result.ClassAccuracies);
        Assert.Equal(1 / 3.0, result.MacroF1, Tolerance); // a 1, b 0, c 0
    }

    [Fact]
    public void The_fifth_highest_is_in_the_top_five_and_the_sixth_is_not()
    {
        using var logits = tensor(new float[,] { { 7, 6, 5, 4, 3, 2, 1 }, { 7, 6, 5, 4, 3, 2, 1 } });
        var result = EvaluationResult.Compute(logits, [4, 5], Names);
        Assert.Equal((0, 0.5), (result.Top1, result.Top5));
    }

    [Fact]
    public void Of_equal_logits_the_first_class_is_the_higher_and_none_is_counted_twice()
    {
        using var logits = zeros(7, 7);
        var result = EvaluationResult.Compute(logits, [0, 1, 2, 3, 4, 5, 6], Names);
        Assert.Equal((1 / 7.0, 5 / 7.0), (result.Top1, result.Top5));
    }

    [Fact]
    public void Infinite_logits_have_an_order_and_nan_is_refused()
    {
        using var logits = tensor(new[,] { { float.NegativeInfinity, 0 }, { 0, float.PositiveInfinity } });
        Assert.Equal(1, EvaluationResult.Compute(logits, [1, 1], Names[..2]).Top1);
        using var wrong = tensor(new[,] { { 1, 0 }, { 0, float.NaN } });
        Assert.Equal("Evaluating found NaN among the logits of image 2 of 2: fit the classifier again.",
            Assert.Throws<KedgeException>(() => EvaluationResult.Compute(wrong, [1, 1], Names[..2])).Message);
    }

    [Fact]
    public void Sizes_that_do_not_fit_are_refused()
    {
        using var logits = zeros(2, 3);
        using var none = zeros(0, 3);
        Assert.Throws<ArgumentException>(() => EvaluationResult.Compute(logits, [0], Names[..3]));
        Assert.Throws<ArgumentException>(() => EvaluationResult.Compute(logits, [0, 0], Names));
        Assert.Throws<ArgumentOutOfRangeException>(() => EvaluationResult.Compute(logits, [0, 3], Names[..3]));
        Assert.Equal("Evaluating found no image: it needs at least one labelled image.",
            Assert.Throws<KedgeException>(() => EvaluationResult.Compute(none, [], Names[..3])).Message);
    }

    private static EvaluationResult Of(int classes, int[] labels, int[] chosen)
    {
        using var indices = tensor(chosen.Select(c => (long)c).ToArray());
        using var logits = nn.functional.one_hot(indices, classes);
        return EvaluationResult.Compute(logits, labels, Names[..classes]);
    }
}
