using Kedge.Optimisation;
using static TorchSharp.torch;

namespace Kedge.Tests.Optimisation;

public class EmaWeightsTests
{
    /// <summary>A few roundings of singles below 10.</summary>
    private const float Rounding = 1e-6f;

    [Fact]
    public void The_average_is_that_of_a_plain_loop()
    {
        using var scope = NewDisposeScope();
        var weight = tensor(2f, requires_grad: true);
        using var average = new EmaWeights(new Dictionary<string, Tensor> { ["weight"] = weight }, decay: 0.5);
        var expected = 2f;
        foreach (var (value, step) in new[] { 1f, 5f, -2f, 7f, 3f, 4f }.Select((value, step) => (value, step)))
        {
            using (no_grad())
                weight.fill_(value);
            average.Update(step);
            var kept = Math.Min(0.5f, (1f + step) / (10f + step));
            expected = (kept * expected) + ((1 - kept) * value);
        }
        Assert.Equal(expected, average.Values["weight"].item<float>(), Rounding);
        Assert.Equal(4f, weight.item<float>()); // the student's own
    }

    [Fact]
    public void Views_follow_the_average_and_can_be_disposed()
    {
        using var scope = NewDisposeScope();
        var weight = ones(3);
        using var average = new EmaWeights(new Dictionary<string, Tensor> { ["weight"] = weight }, decay: 0);
        var view = average.Views()["weight"];
        weight.fill_(5f);
        average.Update(step: 0);
        Assert.Equal([5, 5, 5], view.data<float>().ToArray());
        view.Dispose();
        Assert.Equal([5, 5, 5], average.Values["weight"].data<float>().ToArray());
    }
}
