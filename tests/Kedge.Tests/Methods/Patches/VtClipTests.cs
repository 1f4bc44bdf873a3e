using System.Text.Json;
using Kedge.FewShot;
using Kedge.Methods;
using Kedge.Tests.Support;
using static Kedge.Tests.Support.Plain;

namespace Kedge.Tests.Methods;

public class VtClipTests
{
    // AdamW's first steps take the gradient's sign, which rounding can turn where it is next to nothing
    private const double Tolerance = 1e-3;
    private const int Epochs = 5, Width = 4, Heads = 2, Hidden = 2;

    private static readonly string[] Parts = ["query", "key", "value", "output", "mlp.first", "mlp.second"];

    [Fact]
    public void It_descends_as_adam_does_by_hand()
    {
        using var synthetic = new SyntheticTask([2, 1, 2], width: Width);
        var (views, t, labels) = (Views(synthetic), Rows(synthetic.Classes), Labels(synthetic));
        var patches = Enumerable.Range(0, 2).Select(view => Grids(synthetic.SupportImages.Patches![view])).ToArray();
        var options = new VtClipOptions
        {
            BalanceClasses = false,
            Epochs = Epochs,
            LearningRate = 0.05,
            Heads = Heads,
            Reduction = Width / Hidden,
            Gamma = 0.7,
        };
        var learned = Adam(Weights(synthetic, options with { Epochs = 0 }), Epochs, 0.05, 1e-8, decay: 0.01, (epoch, x) =>
            CrossEntropy(views[epoch % 2].Zip(patches[epoch % 2], (f, v) => LogitsOf(x, f, v)), labels), beside: true);
        Assert.True(LargestDifference(new ZeroShot(), synthetic, (f, v, _) => LogitsOf(learned, f, v)) > 20 * Tolerance);
        Assert.InRange(LargestDifference(new VtClip(options), synthetic, (f, v, _) => LogitsOf(learned, f, v)), 0, Tolerance);

        double[] LogitsOf(double[] x, double[] f, double[][] v) => [.. t.Select(name => SyntheticTask.LogitScale * Dot(f, Unit(
            [.. name.Zip(Block(x, name, v), (own, seen) => own + 0.7 * seen)])))];
    }

    [Theory, InlineData("""{"gamma":0}"""), InlineData("""{"epochs":0}""")]
    public void What_sees_nothing_is_zero_shot_bit_for_bit(string options)
    {
        using var synthetic = new SyntheticTask([2, 1, 2]);
        Assert.Equal(Logits(new ZeroShot(), synthetic),
            Logits(MethodCatalog.Default.Create("vt-clip", JsonSerializer.Deserialize<JsonElement>(options)), synthetic));
    }

    [Fact]
    public void Heads_that_do_not_divide_the_width_are_refused()
    {
        using var synthetic = new SyntheticTask([2, 2, 2]);
        Assert.Equal("Fitting vt-clip found features 16 wide and 3 heads: the option heads must divide the width.",
            Assert.Throws<KedgeException>(() => new VtClip(new() { BalanceClasses = false, Heads = 3 })
                .Fit(synthetic.Task, null, TestContext.Current.CancellationToken)).Message);
    }

    /// <summary>a + W₂ relu(W₁ a), each head by itself, and its output after the names.</summary>
    private static double[] Block(double[] x, double[] name, double[][] patches)
    {
        const int square = Width * Width, head = Width / Heads;
        var w = Enumerable.Range(0, 4).Select(i => x[(i * square)..((i + 1) * square)]).ToArray();
        var query = Times(name, w[0], Width);
        var seen = Enumerable.Range(0, Heads).SelectMany(h =>
        {
            double[] Of(double[] all) => all[(h * head)..((h + 1) * head)];
            var weights = Softmax([.. patches.Select(v => Dot(Of(query), Of(Times(v, w[1], Width))) / Math.Sqrt(head))]);
            return Mix(weights, [.. patches.Select(v => Of(Times(v, w[2], Width)))]);
        }).ToArray();
        var attended = Times(seen, w[3], Width);
        var hidden = Times(attended, x[(4 * square)..(4 * square + Width * Hidden)], Hidden).Select(a => Math.Max(0, a)).ToArray();
        return [.. attended.Zip(Times(hidden, x[(4 * square + Width * Hidden)..], Width), (a, b) => a + b)];
    }

    /// <summary>Row vector times a matrix given row by row.</summary>
    private static double[] Times(double[] x, double[] matrix, int columns) =>
        [.. Enumerable.Range(0, columns).Select(c => x.Select((a, r) => a * matrix[r * columns + c]).Sum())];

    private static double[] Weights(SyntheticTask synthetic, VtClipOptions options)
    {
        using var classifier = new VtClip(options).Fit(synthetic.Task);
        return [.. Parts.SelectMany(part => classifier.State.Tensors[part].data<float>().Select(x => (double)x))];
    }
}
