using Kedge.FewShot;
using Kedge.Methods;
using Kedge.Tests.Support;
using static Kedge.Tests.Support.Plain;

namespace Kedge.Tests.Methods;

public class ProLipTests
{
    private const double Tolerance = 1e-4; // single precision, through six steps of Adam
    private const int Epochs = 6, Width = 4;

    [Theory, InlineData(null), InlineData(2.0)]
    public void It_descends_on_the_projection_as_adam_does_by_hand(double? lambda)
    {
        using var synthetic = new SyntheticTask([3, 1, 4], width: Width);
        var (labels, t, start, bias) = (Labels(synthetic), Rows(synthetic.Classes),
            Rows(synthetic.Projection.Weight).SelectMany(row => row).ToArray(), Row(synthetic.Projection.Bias!));
        var views = Enumerable.Range(0, 2).Select(view => Rows(synthetic.SupportImages.Unprojected![view])).ToArray();
        var learned = Adam(start, Epochs, 0.01, 1e-4, decay: 0, (epoch, w) =>
            CrossEntropy(views[epoch % 2].Select(u => LogitsOf(w, u)), labels)
                + (lambda ?? 3 / 8.0) * w.Zip(start, (x, y) => (x - y) * (x - y)).Sum());
        var method = new ProLip(new() { BalanceClasses = false, Epochs = Epochs, LearningRate = 0.01, Lambda = lambda });
        Assert.True(LargestDifference(new ZeroShot(), synthetic, (_, _, u) => LogitsOf(learned, u)) > 10 * Tolerance);
        Assert.InRange(LargestDifference(method, synthetic, (_, _, u) => LogitsOf(learned, u)), 0, Tolerance);

        double[] LogitsOf(double[] w, double[] u)
        {
            var image = Unit([.. bias.Select((b, d) => b + u.Select((x, i) => x * w[i * Width + d]).Sum())]);
            return [.. t.Select(name => SyntheticTask.LogitScale * Dot(image, name))];
        }
    }

    [Fact]
    public void A_task_of_features_alone_is_refused()
    {
        using var synthetic = new SyntheticTask([2, 2, 2]);
        Assert.Equal("Fitting prolip found a task without the images' features before the projection into the joint space: " +
            "it learns from them; give it photos and a model (--data), not features.",
            Assert.Throws<KedgeException>(() => new ProLip(new() { BalanceClasses = false })
                .Fit(synthetic.Make(synthetic.Support, synthetic.Labels), null, TestContext.Current.CancellationToken)).Message);
    }
}
