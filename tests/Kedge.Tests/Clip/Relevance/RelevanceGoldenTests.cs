using Kedge.Clip;
using Kedge.Clip.Relevance;
using Kedge.Tensors;
using Kedge.Tests.Support;
using static TorchSharp.torch;

namespace Kedge.Tests.Clip.Relevance;

/// <summary>Relevance against that of the published code: two images and three texts, one and two heads.</summary>
public sealed class RelevanceGoldenTests : IDisposable
{
    private const double Tolerance = 2e-4; // as the reference states

    private static readonly string[] Texts = ["a photo of a dog.", "braided texture.", "a photo of a sea lion, a type of animal."];

    private readonly SafetensorsFile _expected = SafetensorsFile.Open(TestData.Small("ntlb", "relevance.safetensors"));

    public static TheoryData<int, bool, bool> Scores => new()
    {
        { 1, false, false }, { 1, true, false }, { 1, false, true }, { 1, true, true },
        { 2, false, false }, { 2, true, false }, { 2, false, true }, { 2, true, true },
    };

    [Theory, MemberData(nameof(Scores))]
    public void Relevance_equals_the_reference(int heads, bool logit, bool allBlocks)
    {
        using var clip = Load(heads);
        using var scope = NewDisposeScope();
        var score = logit ? "logit" : "cosine";
        var pixels = _expected.Read("pixels").repeat_interleave(3, 0); // each image with each text
        var (cosines, tokens, patches) = ClipRelevance.Pairs(clip, pixels, [.. Texts, .. Texts], logit, allBlocks);
        Assert.InRange(GoldenClipTests.Difference(_expected.Read($"heads{heads}.cosine").flatten(), cosines), 0, Tolerance);
        AssertEqual($"heads{heads}.relevance.text.{score}", tokens);
        AssertEqual($"heads{heads}.relevance.image.{(allBlocks ? "all" : "last")}.{score}", patches);
        if (!logit)
            AssertEqual($"heads{heads}.relevance.text.words.cosine", TextRelevance.Words(tokens));
    }

    [Theory, InlineData(1), InlineData(2)]
    public void Shares_of_tokens_sum_to_one_and_are_nothing_from_the_end_of_text_on(int heads)
    {
        using var clip = Load(heads);
        using var scope = NewDisposeScope();
        var (_, tokens, _) = ClipRelevance.Pairs(clip, _expected.Read("pixels").narrow(0, 0, 1).expand(3, -1, -1, -1), Texts);
        foreach (var (row, text) in Texts.Index())
        {
            var end = clip.Tokenizer.TokensOf(text).Count + 1;
            Assert.True(tokens.ge(0).all().item<bool>());
            Assert.InRange(tokens[row].sum().item<float>(), 1 - 1e-6, 1 + 1e-6);
            Assert.Equal(0, tokens[row].narrow(0, end, tokens.shape[1] - end).abs().sum().item<float>());
        }
    }

    [Fact]
    public void A_text_alone_has_the_relevance_that_it_has_beside_a_longer_one()
    {
        using var clip = Load(heads: 2);
        using var scope = NewDisposeScope();
        var pixels = _expected.Read("pixels").narrow(0, 0, 1);
        var (_, together, _) = ClipRelevance.Pairs(clip, pixels.expand(3, -1, -1, -1), Texts);
        var (_, alone, _) = ClipRelevance.Pairs(clip, pixels, [Texts[0]]);
        Assert.InRange(GoldenClipTests.Difference(alone[0], together[0].narrow(0, 0, alone.shape[1])), 0, 1e-5);
    }

    [Fact]
    public void A_text_without_words_rests_on_its_start_alone()
    {
        using var clip = Load(heads: 2);
        using var scope = NewDisposeScope();
        var (_, tokens, _) = ClipRelevance.Pairs(clip, _expected.Read("pixels").narrow(0, 0, 1), [""]);
        Assert.Contains(tokens[0, 0].item<float>(), new[] { 0f, 1f });
        Assert.Equal(0, tokens[0, 1].item<float>());
    }

    [Fact]
    public void Rows_of_which_nothing_is_positive_have_shares_of_zero()
    {
        using var scope = NewDisposeScope();
        var weights = ones(1, 2, 3, 3) / 3;
        var shares = TextRelevance.Shares([weights], [-ones(1, 2, 3, 3)], tensor(new long[] { 2 }));
        Assert.Equal([0f, 0f, 0f], shares.data<float>());
    }

    [Fact]
    public void Two_explanations_at_once_are_what_each_is_alone()
    {
        using var clip = Load(heads: 2);
        using var pixels = _expected.Read("pixels");
        float[][] alone = [Explain(0), Explain(1)];
        Parallel.For(0, 8, new ParallelOptions { MaxDegreeOfParallelism = 4 }, turn => Assert.Equal(alone[turn % 2], Explain(turn % 2)));
        Assert.All(clip.Network.parameters(), parameter => Assert.False(parameter.requires_grad || parameter.grad is not null));

        float[] Explain(int image)
        {
            using var scope = NewDisposeScope();
            using var frozen = no_grad(); // of the caller's; it explains nonetheless
            var (cosines, tokens, patches) = ClipRelevance.Pairs(clip, pixels.narrow(0, image, 1), [Texts[0]]);
            return [.. cosines.data<float>(), .. tokens.data<float>(), .. patches.data<float>()];
        }
    }

    [Fact]
    public void No_tensor_outlives_an_explanation()
    {
        using var clip = Load(heads: 1);
        using var pixels = _expected.Read("pixels").narrow(0, 0, 1);
        var before = TorchSharp.DisposeScopeManager.Statistics.ThreadTotalLiveCount;
        using (NewDisposeScope())
            ClipRelevance.Pairs(clip, pixels, [Texts[0]], allBlocks: true);
        Assert.Equal(before, TorchSharp.DisposeScopeManager.Statistics.ThreadTotalLiveCount);
    }

    public void Dispose() => _expected.Dispose();

    private static ClipModel Load(int heads) => ClipModel.Load(TestData.Small("clip-vit", "openai.fp16.safetensors"), device: null,
        heads == 1 ? default : new HeadCounts(Vision: heads, Text: heads));

    private void AssertEqual(string name, Tensor actual)
    {
        var expected = _expected.Read(name).flatten(0, 1); // [6, 77 or P]
        Assert.InRange(GoldenClipTests.Difference(expected.narrow(1, 0, actual.shape[1]), actual), 0, Tolerance);
    }
}
