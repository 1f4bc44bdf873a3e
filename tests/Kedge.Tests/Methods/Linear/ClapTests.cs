using Kedge.FewShot;
using Kedge.Methods;
using Kedge.Tests.Support;
using static Kedge.Tests.Support.Plain;

namespace Kedge.Tests.Methods;

public class ClapTests
{
    private const double Tolerance = 1e-4; // single precision, through ten steps
    private const int Epochs = 10, Width = 6;

    /// <summary>By hand on prototypes of their own length, which the method scales to unit ones.</summary>
    [Theory, InlineData("clap", 10), InlineData("clap", 2), InlineData("zs-lp", 10), InlineData("zs-lp", 0.5)]
    public void It_descends_as_momentum_does_by_hand(string name, double length)
    {
        using var synthetic = new SyntheticTask([3, 1, 4], width: Width);
        var (views, t, labels) = (Views(synthetic), Rows(synthetic.Classes), Labels(synthetic));
        var start = t.SelectMany(row => row.Select(x => x * length)).ToArray();
        var strengths = t.Select((_, c) => name == "zs-lp"
            ? 0
            : views.SelectMany(view => view.Where((_, n) => labels[n] == c)).Average(f => Softmax(LogitsOf(start, f))[c])).ToArray();
        var learned = Sgd(start, Epochs, 0.05, 0.9, (epoch, w) => CrossEntropy(views[epoch % 2].Select(f => LogitsOf(w, f)), labels)
            + strengths.Select((strength, c) =>
                strength * Enumerable.Range(c * Width, Width).Sum(i => (w[i] - start[i]) * (w[i] - start[i])))
                .Average());
        var options = new ClapOptions { Epochs = Epochs, LearningRate = 0.05, Length = length };
        Assert.InRange(LargestDifference(name == "clap" ? new Clap(options) : new ZsLp(options), synthetic, f => LogitsOf(learned, f)),
            0, Tolerance);
    }

    [Fact]
    public void The_constraint_keeps_prototypes_nearer_to_the_names()
    {
        using var synthetic = SyntheticTask.Even(classes: 4, shots: 4);
        Assert.True(Distance(new Clap(new())) < 0.8 * Distance(new ZsLp(new())));

        double Distance(FewShotMethod method)
        {
            using var classifier = method.Fit(synthetic.Task);
            return Math.Sqrt(Rows(classifier.State.Tensors["weight"])
                .Zip(Rows(synthetic.Classes), (w, t) => w.Zip(t, (x, y) => (x - y) * (x - y)).Sum()).Sum());
        }
    }

    private static double[] LogitsOf(double[] w, double[] f) =>
        [.. w.Chunk(Width).Select(row => SyntheticTask.LogitScale * Dot(f, Unit(row)))];
}
