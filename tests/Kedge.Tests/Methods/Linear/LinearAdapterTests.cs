using Kedge.FewShot;
using Kedge.Methods;
using Kedge.Tests.Support;
using static Kedge.Tests.Support.Plain;

namespace Kedge.Tests.Methods;

public class LinearAdapterTests
{
    private const double Tolerance = 1e-4; // single precision, through eight steps of Adam
    private const int Epochs = 8;

    [Theory, InlineData(null), InlineData(2.0)]
    public void It_descends_as_adam_does_by_hand(double? lambda)
    {
        using var synthetic = new SyntheticTask([3, 1, 4], width: 6);
        var (views, t, labels) = (Views(synthetic), Rows(synthetic.Classes), Labels(synthetic));
        var learned = Adam([.. Identity(6)], Epochs, 0.01, 1e-4, decay: 0, (epoch, a) =>
            CrossEntropy(views[epoch % 2].Select(f => LogitsOf(a, f)), labels)
                + (lambda ?? 3 / 8.0) * a.Zip(Identity(6), (x, y) => (x - y) * (x - y)).Sum());
        var method = new LinearAdapter(new() { BalanceClasses = false, Epochs = Epochs, LearningRate = 0.01, Lambda = lambda });
        Assert.InRange(LargestDifference(method, synthetic, f => LogitsOf(learned, f)), 0, Tolerance);

        double[] LogitsOf(double[] a, double[] f)
        {
            var moved = Unit([.. a.Chunk(6).Select(row => Dot(row, f))]);
            return [.. t.Select(name => SyntheticTask.LogitScale * Dot(moved, name))];
        }
    }

    [Fact]
    public void Held_hard_to_the_identity_it_is_zero_shot()
    {
        using var synthetic = new SyntheticTask([3, 1, 4]);
        var expected = Logits(new ZeroShot(), synthetic);
        Assert.All(Logits(new LinearAdapter(new() { BalanceClasses = false, Lambda = 1e6 }), synthetic), (logit, i) => Assert.Equal(
            expected[i], logit, 0.01));
    }

    private static IEnumerable<double> Identity(int width) =>
        Enumerable.Range(0, width * width).Select(i => i % (width + 1) == 0 ? 1.0 : 0);
}
