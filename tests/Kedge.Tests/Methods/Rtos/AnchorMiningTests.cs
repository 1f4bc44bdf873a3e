using Kedge.FewShot;
using Kedge.Methods;
using Kedge.Tests.Support;
using static TorchSharp.torch;

namespace Kedge.Tests.Methods;

/// <summary>
/// The gains against plain loops in double precision, and against what they claim to be: a derivative.
/// </summary>
public class AnchorMiningTests
{
    /// <summary>
    /// Of the largest gain: features are F32 on both sides, all that follows is double; sums
    /// differ in their order alone.
    /// </summary>
    private const double Tolerance = 1e-9;

    /// <summary>
    /// Of the largest gain: a central difference of step 1e-3 is off by its square, and the
    /// cross entropy keeps 16 digits.
    /// </summary>
    private const double DifferenceTolerance = 1e-5;

    /// <summary>The methods' own temperature is reckoned in F32.</summary>
    private const double TemperatureTolerance = 1e-6;

    private static readonly string[] Words = ["dog", "tree", "house", "sky", "bread", "red", "wheel", "round"];
    private static readonly int[] Shots = [3, 1, 4];

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public void Gains_and_errors_are_those_of_plain_loops()
    {
        using var synthetic = new SyntheticTask(Shots);
        var plain = new PlainMining(synthetic, Words);
        var gains = AnchorMining.Rank(synthetic.Task, Words, new() { BalanceClasses = false }, cancellation: Stop);
        var scale = gains.Max(gain => Math.Abs(gain.Gain));
        Assert.Equal(Words.Order(), gains.Select(gain => gain.Word).Order());
        Assert.Equal(gains.OrderByDescending(gain => gain.Gain), gains);
        foreach (var (word, gain, error, classes) in gains)
        {
            var (expected, expectedError) = plain.Gain(Words.IndexOf(word));
            Assert.Equal(expected, gain, Tolerance * scale);
            Assert.Equal(expectedError, error, Tolerance * scale);
            var lifts = plain.Lifts(Words.IndexOf(word));
            Assert.Equal(lifts.Index().OrderByDescending(lift => lift.Item).Select(lift => $"class {lift.Index}"),
                classes.Select(c => c.ClassName));
            Assert.All(classes, c => Assert.Equal(lifts[int.Parse(c.ClassName[6..])], c.Ratio, 1e-9));
        }
    }

    [Fact]
    public void A_gain_is_the_fall_of_the_cross_entropy_by_the_weight_of_its_anchor()
    {
        using var synthetic = new SyntheticTask(Shots);
        var plain = new PlainMining(synthetic, Words);
        var gains = AnchorMining.Rank(synthetic.Task, Words, new() { BalanceClasses = false }, cancellation: Stop);
        var scale = gains.Max(gain => Math.Abs(gain.Gain));
        const double step = 1e-3;
        Assert.All(gains, gain =>
        {
            var j = Words.IndexOf(gain.Word);
            Assert.Equal((plain.CrossEntropy(j, -step) - plain.CrossEntropy(j, step)) / (2 * step), gain.Gain, DifferenceTolerance * scale);
        });
    }

    [Theory, InlineData(1), InlineData(3), InlineData(8)]
    public void The_length_of_chunks_changes_nothing(int wordsAtOnce)
    {
        using var synthetic = new SyntheticTask(Shots);
        var whole = AnchorMining.Rank(synthetic.Task, Words, cancellation: Stop);
        var chunked = AnchorMining.Rank(synthetic.Task, Words, new() { WordsAtOnce = wordsAtOnce }, cancellation: Stop);
        var scale = whole.Max(gain => Math.Abs(gain.Gain));
        Assert.Equal(whole.Select(gain => gain.Word), chunked.Select(gain => gain.Word));
        Assert.All(whole.Zip(chunked), pair => Assert.Equal(pair.First.Gain, pair.Second.Gain, Tolerance * scale));
        Assert.All(whole.Zip(chunked), pair => Assert.Equal(pair.First.StandardError, pair.Second.StandardError, Tolerance * scale));
    }

    [Fact]
    public void The_order_of_support_images_changes_not_a_bit()
    {
        using var synthetic = new SyntheticTask(Shots);
        using var scope = NewDisposeScope();
        var turned = synthetic.Make(synthetic.Support.flip(1), synthetic.Labels.flip(0));
        Assert.Equal(AnchorMining.Rank(synthetic.Task, Words, cancellation: Stop).Select(Exactly),
            AnchorMining.Rank(turned, Words, cancellation: Stop).Select(Exactly));
    }

    [Fact]
    public void Softmaxes_and_temperatures_are_those_of_the_methods()
    {
        using var synthetic = new SyntheticTask(Shots);
        using var scope = NewDisposeScope();
        var anchors = synthetic.Tower.EncodeText(Words);
        var identity = eye(16);
        var images = synthetic.Support.flatten(0, 1);
        var temperature = AnchorMining.Temperature(0, images.@double(), anchors.@double());
        Assert.Equal(RelationTransition.Temperature(0, images, anchors), temperature, TemperatureTolerance);
        Assert.Equal(0.3, AnchorMining.Temperature(0.3, images, anchors));
        Assert.Equal(RelationTransition.MinTemperature,
            AnchorMining.Temperature(0, images[..1].@double(), anchors[..1].expand(2, -1).@double()));
        var chunks = anchors.split(3);
        var softmax = new ChunkedSoftmax(images, chunks, temperature);
        var difference = cat([.. chunks.Select(softmax.Columns)], 1) - RelationTransition.Attention(images, anchors, temperature);
        Assert.InRange(difference.abs().max().item<float>(), 0, 1e-6f); // softmaxes in F32
    }

    [Fact]
    public void Class_names_and_repeated_words_are_left_out()
    {
        using var synthetic = new SyntheticTask(Shots);
        var gains = AnchorMining.Rank(synthetic.Task, ["dog", "Class_1", "tree", "dog"], cancellation: Stop);
        Assert.Equal(["dog", "tree"], gains.Select(gain => gain.Word).Order());
    }

    [Fact]
    public void What_cannot_be_mined_is_refused()
    {
        using var synthetic = new SyntheticTask(Shots);
        using var scope = NewDisposeScope();
        Assert.Equal("Mining anchors found 1 word(s) that are no class names: it needs at least 2; give more words.",
            Error(synthetic.Task, ["dog", "class 1"]));
        var lone = synthetic.Make(synthetic.Support[.., ..1], synthetic.Labels[..1]);
        Assert.Equal("Mining anchors found 1 support image(s): it needs at least 2, to tell a gain from chance.", Error(lone, Words));
        var blind = new FewShotTask(new(synthetic.Support, synthetic.Labels),
            new(["a", "b", "c"], synthetic.Classes, SyntheticTask.LogitScale, []));
        Assert.Equal("Mining anchors found a task without a text tower: it encodes words; give the task the text side of the CLIP model.",
            Error(blind, Words));
        Assert.Equal("The option wordsAtOnce is 0: it must be from 1 to 1000000.",
            Assert.Throws<KedgeException>(
                () => AnchorMining.Rank(synthetic.Task, Words, new() { WordsAtOnce = 0 }, cancellation: Stop)).Message);
    }

    [Fact]
    public void Words_are_told_as_they_are_encoded_and_a_cancelled_run_stops()
    {
        using var synthetic = new SyntheticTask(Shots);
        var told = new List<WordProgress>();
        AnchorMining.Rank(synthetic.Task, [.. Enumerable.Range(0, 600).Select(i => $"word {i}")],
            progress: new Told(told), cancellation: Stop);
        Assert.Equal([new(256, 600), new(512, 600), new(600, 600)], told);
        Assert.Throws<OperationCanceledException>(
            () => AnchorMining.Rank(synthetic.Task, Words, cancellation: new CancellationToken(canceled: true)));
    }

    [Fact]
    public void No_tensor_is_left()
    {
        using var synthetic = new SyntheticTask(Shots);
        var before = TorchSharp.DisposeScopeManager.Statistics.ThreadTotalLiveCount;
        AnchorMining.Rank(synthetic.Task, Words, new() { WordsAtOnce = 3 }, cancellation: Stop);
        Assert.Equal(before, TorchSharp.DisposeScopeManager.Statistics.ThreadTotalLiveCount);
    }

    private static string Error(FewShotTask task, string[] words) =>
        Assert.Throws<KedgeException>(() => AnchorMining.Rank(task, words, cancellation: Stop)).Message;

    private static string Exactly(AnchorGain gain) => $"{gain.Word} {gain.Gain:R} {gain.StandardError:R} {string.Join(", ", gain.Classes)}";

    private sealed class Told(List<WordProgress> all) : IProgress<WordProgress>
    {
        public void Report(WordProgress value) => all.Add(value);
    }
}
