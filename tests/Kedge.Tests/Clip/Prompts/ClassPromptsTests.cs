using Kedge.Checkpoints;
using Kedge.Clip;
using Kedge.Clip.Prompts;
using Kedge.Clip.Towers;
using Kedge.Features;
using Kedge.Tests.Support;
using Kedge.Text;
using static TorchSharp.torch;

namespace Kedge.Tests.Clip.Prompts;

public class ClassPromptsTests
{
    private const double Tolerance = 1e-5; // the specification's, for truncated and prefix-cached encoding
    private const double GradientTolerance = 1e-4; // as a part of the largest entry: sums over classes and positions in another order

    private static readonly string[] Names = ["golden retriever dog", "fox", "U.S.", "cat", "airplane"];

    [Theory]
    [InlineData("small/clip-vit", "a photo of a", ContextPosition.End, "a photo of a {}.")]
    [InlineData("small/clip-rn", "a photo of a", ContextPosition.End, "a photo of a {}.")]
    [InlineData("small/clip-vit", "a photo of a", ContextPosition.Middle, "a photo {} of a.")]
    [InlineData("small/clip-rn", "a photo of", ContextPosition.Middle, "a {} photo of.")]
    [InlineData("small/clip-vit", "photo", ContextPosition.Middle, "{} photo.")]
    public void A_context_that_holds_words_gives_the_features_of_the_whole_text(
        string model, string words, ContextPosition position, string template)
    {
        using var golden = Golden.Open(model, "openai.fp16.safetensors", "small/images");
        using var scope = NewDisposeScope();
        var context = golden.Model.TokenEmbeddings(words);
        using var prompts = golden.Model.Prompts(PromptSequence.OfClasses(Names, (int)context.shape[0], position));
        var expected = golden.Model.EncodeText([.. Names.Select(new PromptTemplate(template).Fill)]);
        Assert.InRange(GoldenClipTests.Difference(expected, prompts.Encode(context.expand(1, 1, -1, -1))[0]), 0, Tolerance);
        Assert.InRange(GoldenClipTests.Difference(expected, prompts.Encode(context.expand(1, Names.Length, -1, -1))[0]), 0, Tolerance);
    }

    [Theory]
    [InlineData(ContextPosition.End, 1, 3)]
    [InlineData(ContextPosition.End, 3, 1)]
    [InlineData(ContextPosition.End, 2, 5)]
    [InlineData(ContextPosition.Middle, 1, 1)]
    [InlineData(ContextPosition.Middle, 2, 5)]
    public void Features_and_gradients_are_those_of_all_positions(ContextPosition position, int contexts, int tokens)
    {
        using var golden = Golden.Open("small/clip-vit", "openai.fp16.safetensors", "small/images");
        using var checkpoint = Checkpoint.Open(Path.Combine(TestData.Folder, "small/clip-vit/openai.fp16.safetensors"));
        using var network = CheckpointWeights.Load(checkpoint, golden.Model.Configuration, CPU);
        using var prompts = golden.Model.Prompts(PromptSequence.OfClasses(Names, tokens, position));
        foreach (var owners in new[] { 1, Names.Length })
        {
            using var scope = NewDisposeScope();
            using var generator = new Generator(7);
            var width = golden.Model.Configuration.Text.Transformer.Width;
            var context = randn([contexts, owners, tokens, width], generator: generator).mul_(0.02).requires_grad_(true);
            var weights = randn([contexts, Names.Length, golden.Model.FeatureWidth], generator: generator);
            var all = AllPositions(network, golden.Model.Tokenizer, context, position);
            var features = prompts.Encode(context);
            Assert.InRange(GoldenClipTests.Difference(all, features), 0, Tolerance);

            var expected = autograd.grad([(all * weights).sum()], [context])[0];
            var gradient = autograd.grad([(features * weights).sum()], [context])[0];
            Assert.InRange(GoldenClipTests.Difference(expected, gradient), 0, GradientTolerance * expected.abs().max().item<float>());
        }
    }

    [Fact]
    public void A_prompt_too_long_for_the_tower_is_refused()
    {
        using var golden = Golden.Open("small/clip-vit", "openai.fp16.safetensors", "small/images");
        var error = Assert.Throws<KedgeException>(
            () => golden.Model.Prompts(PromptSequence.OfClasses(["cat", "fox fox"], 73, ContextPosition.Middle)));
        Assert.Equal("A prompt of 73 learned tokens and the class name 'fox fox' has 78 positions, 1 more than the text tower's 77: " +
            "shorten the name or learn fewer tokens.", error.Message);
        golden.Model.Prompts(PromptSequence.OfClasses(["cat", "fox fox"], 72, ContextPosition.Middle)).Dispose();
    }

    [Fact]
    public void A_context_of_another_shape_is_refused()
    {
        using var golden = Golden.Open("small/clip-vit", "openai.fp16.safetensors", "small/images");
        using var prompts = golden.Model.Prompts(PromptSequence.OfClasses(Names, 4, ContextPosition.End));
        using var context = zeros(1, 2, 4, 64);
        Assert.StartsWith("Prompts take contexts [n, 1 or 5, 4, W], not [1, 2, 4, 64].",
            Assert.Throws<ArgumentException>(() => prompts.Encode(context)).Message);
    }

    /// <summary>Every prompt by itself, padded to the context length, nothing left away.</summary>
    private static Tensor AllPositions(ClipNetwork network, ClipTokenizer tokenizer, Tensor context, ContextPosition position)
    {
        var tokens = (int)context.shape[2];
        var rows = new List<Tensor>();
        for (var n = 0; n < context.shape[0]; n++)
        {
            for (var c = 0; c < Names.Length; c++)
            {
                var own = context[n, context.shape[1] == 1 ? 0 : c];
                Tensor[] parts = position == ContextPosition.End
                    ? [Of(tokenizer.StartId), own, Words($"{Names[c]}."), Of(tokenizer.EndId)]
                    : [Of(tokenizer.StartId), own[..(tokens / 2)], Words(Names[c]), own[(tokens / 2)..], Words("."), Of(tokenizer.EndId)];
                var prompt = cat(parts);
                var padded = cat([prompt, Of(0).expand(network.Configuration.Text.ContextLength - prompt.shape[0], -1)]).unsqueeze(0);
                rows.Add(network.EncodeText(padded, tensor(new[] { prompt.shape[0] - 1 })));
            }
        }
        return cat(rows).Unit().view(context.shape[0], Names.Length, -1);

        Tensor Words(string text) => cat([.. tokenizer.TokensOf(text).Select(Of)]);

        Tensor Of(int id) => network.token_embedding.weight[id].unsqueeze(0);
    }
}
