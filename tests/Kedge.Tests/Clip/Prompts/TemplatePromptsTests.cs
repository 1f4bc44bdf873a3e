using Kedge.Clip.Prompts;
using static TorchSharp.torch;

namespace Kedge.Tests.Clip.Prompts;

public class TemplatePromptsTests
{
    private const double Tolerance = 1e-5; // the specification's, for truncated and prefix-cached encoding

    [Theory]
    [InlineData("a photo of a ", ".", "fox")]
    [InlineData("", "", "fox")]
    [InlineData("", " texture, a centred photo of it", "fox")]
    [InlineData("a photo of a ", ", a type of pet", "golden retriever dog")]
    public void Slots_that_hold_a_name_give_the_features_of_the_whole_text(string before, string after, string name)
    {
        using var golden = Golden.Open("small/clip-vit", "openai.fp16.safetensors", "small/images");
        using var scope = NewDisposeScope();
        var slots = golden.Model.Tokenizer.TokensOf(name).Count;
        using var prompts = golden.Model.Prompts([PromptSequence.OfTemplate(before, after, slots)]);
        var expected = golden.Model.EncodeText([$"{before}{name}{after}"]);
        Assert.InRange(GoldenClipTests.Difference(expected, prompts.Encode(Start(golden, slots, name)).squeeze(1)), 0, Tolerance);
    }

    [Fact]
    public void Several_prompts_are_encoded_as_each_alone()
    {
        using var golden = Golden.Open("small/clip-rn", "openai.fp16.safetensors", "small/images");
        using var scope = NewDisposeScope();
        using var prompts = golden.Model.Prompts([PromptSequence.OfTemplate("a photo of a ", ".", 1)]);
        string[] words = ["dog", "tree", "car"];
        var alone = cat([.. words.Select(word => prompts.Encode(Start(golden, 1, word)))]);
        Assert.InRange(GoldenClipTests.Difference(alone, prompts.Encode(Start(golden, 1, words))), 0, Tolerance);
    }

    [Fact]
    public void A_prompt_too_long_for_the_tower_is_refused()
    {
        using var golden = Golden.Open("small/clip-vit", "openai.fp16.safetensors", "small/images");
        var error = Assert.Throws<KedgeException>(() => golden.Model.Prompts([PromptSequence.OfTemplate("a photo of a ", ".", 71)]));
        Assert.Equal("A prompt of 7 fixed and 71 learned tokens has 78 positions, 1 more than the text tower's 77: " +
            "shorten the template or learn fewer tokens.", error.Message);
    }

    [Fact]
    public void A_word_of_too_few_tokens_is_repeated_to_fill_the_slots()
    {
        using var golden = Golden.Open("small/clip-vit", "openai.fp16.safetensors", "small/images");
        using var scope = NewDisposeScope();
        var start = golden.Model.StartRows(["fox"], rows: 3);
        Assert.Equal([1, 3, 64], start.shape);
        Assert.Equal(0, GoldenClipTests.Difference(start[0, 0], start[0, 2]));
    }

    // a bank of rows each: [K, 1, m, W]
    private static Tensor Start(Golden golden, int rows, params string[] words) => golden.Model.StartRows(words, rows).unsqueeze(1);
}
