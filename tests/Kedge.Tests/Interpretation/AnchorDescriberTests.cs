using Kedge.Clip;
using Kedge.FewShot;
using Kedge.Interpretation;
using Kedge.Methods;
using Kedge.Tests.Support;
using static TorchSharp.torch;

namespace Kedge.Tests.Interpretation;

public sealed class AnchorDescriberTests : IDisposable
{
    private const double Tolerance = 1e-5; // cosines and means of single precision

    private readonly SyntheticTask _synthetic = SyntheticTask.Even(classes: 4, shots: 3);

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public void An_anchor_that_has_not_been_learned_reads_as_the_word_it_started_from()
    {
        using var rtos = Fit(new Rtos(new() { Steps = 0, Anchors = ["dog", "tree", "car"] }));
        var descriptions = new AnchorDescriber(rtos, _synthetic.Tower, ["car", "dog", "tree"]).Describe(top: 2, Stop);
        Assert.Equal(["dog", "tree", "car"], descriptions.Select(anchor => anchor.Start));
        foreach (var anchor in descriptions)
        {
            Assert.Equal(1, anchor.StartCosine!.Value, Tolerance);
            Assert.Equal(1, Assert.Single(anchor.Words)[0].Cosine, Tolerance);
            Assert.Equal((2, 2), (anchor.Words[0].Count, anchor.Phrases.Count));
            Assert.DoesNotContain(anchor.Start, anchor.OtherPhrases);
        }
    }

    [Fact]
    public void An_anchor_that_was_learned_has_moved()
    {
        using var rtos =
            Fit(new Rtos(new() { Steps = 20, LearningRate = 0.1, AnchorPull = 0, Anchors = ["dog", "tree", "car"], Tokens = 2 }));
        var descriptions = new AnchorDescriber(rtos, _synthetic.Tower).Describe(cancellation: Stop);
        Assert.All(descriptions, anchor => Assert.InRange(anchor.StartCosine!.Value, -1, 1 - (100 * Tolerance)));
        Assert.All(descriptions, anchor => Assert.Equal(2, anchor.Words.Count));
    }

    [Fact]
    public void Another_list_names_anchors_by_its_own_words()
    {
        using var names = Fit(new RtosNames(new() { Anchors = ["dog", "tree"] }));
        var descriptions = new AnchorDescriber(names, _synthetic.Tower, ["car", "lion", "tree"]).Describe(top: 9, Stop);
        Assert.Equal("tree", descriptions[1].Phrases[0].Text);
        Assert.Equal(1, descriptions[1].Phrases[0].Cosine, Tolerance);
        Assert.Equal(["car", "lion", "tree"], descriptions[0].Phrases.Select(near => near.Text).Order());
        Assert.All(descriptions, anchor => Assert.Empty(anchor.Words)); // no token was learned
    }

    [Fact]
    public void An_anchor_speaks_for_the_classes_to_which_it_gives_more_than_to_the_average_one()
    {
        using var rtos = Fit(new Rtos(new() { Steps = 5, AnchorCount = 8, Alpha = 20 }));
        using var scope = NewDisposeScope();
        using var explanation = rtos.Explain(rtos.Support!.Features);
        var given = explanation.Anchors!.mean([0]); // [C, K]
        foreach (var anchor in new AnchorDescriber(rtos, _synthetic.Tower).Describe(top: 4, Stop))
        {
            var row = given[TensorIndex.Colon, anchor.Index].contiguous().data<float>().ToArray();
            Assert.Equal(row.Max() - row.Min(), anchor.Influence, Tolerance);
            Assert.Equal(row.Max() - row.Average(), anchor.Classes[0].Logits, Tolerance);
            Assert.Equal($"class {row.IndexOf(row.Max())}", anchor.Classes[0].ClassName);
            Assert.Equal(row.Count(value => value > row.Average()), anchor.Classes.Count);
        }
    }

    [Fact]
    public void Without_a_text_tower_the_start_and_the_classes_can_still_be_read()
    {
        using var rtos = Fit(new Rtos(new() { Steps = 5, AnchorCount = 8, Alpha = 20 }));
        var descriptions = new AnchorDescriber(rtos).Describe(cancellation: Stop);
        Assert.Equal(8, descriptions.Count);
        Assert.All(descriptions, anchor => Assert.Null(anchor.StartCosine));
        Assert.All(descriptions, anchor => Assert.Empty(anchor.Words.Concat([anchor.Phrases]).SelectMany(near => near)));
        Assert.All(descriptions, anchor => Assert.NotEmpty(anchor.Classes));
    }

    [Fact]
    public void A_classifier_without_anchors_is_refused()
    {
        using var tip = Fit(new TipAdapter(new()));
        Assert.Equal("Reading anchors found a classifier of tip-adapter, which has none: name photos to explain, " +
            "or fit one of rtos or rtos+.",
            Assert.Throws<KedgeException>(() => new AnchorDescriber(tip).Describe(cancellation: Stop)).Message);
        using var zeroShot = Fit(new ZeroShot());
        Assert.StartsWith("Explaining found a classifier of zero-shot, ",
            Assert.Throws<KedgeException>(() => new AnchorDescriber(zeroShot).Describe(cancellation: Stop)).Message);
    }

    [Fact]
    public void Tokens_of_another_width_than_the_towers_are_refused()
    {
        using var rtos = Fit(new Rtos(new() { Steps = 0, AnchorCount = 3 }));
        using var other = ClipModel.Load(TestData.Small("clip-vit", "openai.fp16.safetensors"));
        Assert.Equal("Restoring a classifier of rtos found anchor tokens of shape [3, 1, 12], expected [K, m, 64]: " +
            "the file is damaged; fit it again.",
            Assert.Throws<KedgeException>(() => new AnchorDescriber(rtos, other).Describe(cancellation: Stop)).Message);
    }

    public void Dispose() => _synthetic.Dispose();

    private FewShotClassifier Fit(FewShotMethod method) => method.Fit(_synthetic.Task, cancellation: Stop);
}
