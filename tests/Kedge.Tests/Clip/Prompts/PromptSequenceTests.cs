using Kedge.Clip.Prompts;
using Kedge.Features;
using static TorchSharp.torch;

namespace Kedge.Tests.Clip.Prompts;

/// <summary>Prompts of any form: words and learned rows in any order, of any lengths, in one encoder.</summary>
public class PromptSequenceTests
{
    private const double Tolerance = 1e-5; // the specification's, for truncated and prefix-cached encoding
    private const double GradientTolerance = 1e-4; // as a part of the largest entry: sums in another order

    private static readonly PromptSequence[] Prompts =
    [
        new([PromptPart.Fixed("a photo of"), PromptPart.Learned(0, 2), PromptPart.Fixed("dog."), PromptPart.Learned(3, 1)]),
        new([PromptPart.Fixed("a photo of"), PromptPart.Learned(0, 2), PromptPart.Learned(3, 1),
            PromptPart.Fixed("golden retriever dog.")]),
        new([PromptPart.Fixed("a photo of"), PromptPart.Learned(0, 2), PromptPart.Fixed("cat."), PromptPart.Learned(2, 1)]),
        new([PromptPart.Fixed("a photo of"), PromptPart.Learned(0, 2), PromptPart.Learned(2, 2),
            PromptPart.Learned(0, 1), PromptPart.Fixed(".")]),
    ];

    [Theory]
    [InlineData("small/clip-vit", 1, false)]
    [InlineData("small/clip-vit", 3, false)]
    [InlineData("small/clip-vit", 1, true)]
    [InlineData("small/clip-rn", 3, true)]
    public void Features_and_gradients_are_those_of_all_positions(string folder, int banks, bool own)
    {
        using var golden = Golden.Open(folder, "openai.fp16.safetensors", "small/images");
        using var prompts = golden.Model.Prompts(Prompts);
        using var scope = NewDisposeScope();
        using var generator = new Generator(7);
        Assert.Equal(4, prompts.Rows);
        var width = golden.Model.Configuration.Text.Transformer.Width;
        var rows = randn([banks, own ? Prompts.Length : 1, 4, width], generator: generator).mul_(0.02).requires_grad_(true);
        var weights = randn([banks, Prompts.Length, golden.Model.FeatureWidth], generator: generator);
        var (all, features) = (AllPositions(golden, rows), prompts.Encode(rows));
        Assert.Equal([banks, Prompts.Length, golden.Model.FeatureWidth], features.shape);
        Assert.InRange(GoldenClipTests.Difference(all, features), 0, Tolerance);
        var expected = autograd.grad([(all * weights).sum()], [rows])[0];
        var gradient = autograd.grad([(features * weights).sum()], [rows])[0];
        Assert.InRange(GoldenClipTests.Difference(expected, gradient), 0, GradientTolerance * expected.abs().max().item<float>());
    }

    [Fact]
    public void A_prompt_without_learned_rows_is_its_text()
    {
        using var golden = Golden.Open("small/clip-vit", "openai.fp16.safetensors", "small/images");
        using var scope = NewDisposeScope();
        using var prompts = golden.Model.Prompts([new([PromptPart.Fixed("a photo of a dog.")]), new([PromptPart.Fixed("fox")])]);
        var features = prompts.Encode(empty(1, 1, 0, golden.Model.Configuration.Text.Transformer.Width))[0];
        Assert.InRange(GoldenClipTests.Difference(golden.Model.EncodeText(["a photo of a dog.", "fox"]), features), 0, Tolerance);
    }

    // every prompt by itself, padded to the context length, nothing left away
    private static Tensor AllPositions(Golden golden, Tensor rows)
    {
        var (network, tokenizer) = (golden.Model.Network, golden.Model.Tokenizer);
        var all = new List<Tensor>();
        for (var n = 0; n < rows.shape[0]; n++)
        {
            for (var p = 0; p < Prompts.Length; p++)
            {
                var own = rows[n, rows.shape[1] == 1 ? 0 : p];
                var parts = Prompts[p].Parts.Select(part => part.Words is { } words
                    ? Of(tokenizer.TokensOf(words))
                    : own.narrow(0, part.FirstRow, part.Rows));
                var prompt = cat([Of([tokenizer.StartId]), .. parts, Of([tokenizer.EndId])]);
                var padded = cat([prompt, zeros(network.Configuration.Text.ContextLength - prompt.shape[0], prompt.shape[1])]).unsqueeze(0);
                all.Add(network.EncodeText(padded, tensor(new[] { prompt.shape[0] - 1 })));
            }
        }
        return cat(all).Unit().view(rows.shape[0], Prompts.Length, -1);

        Tensor Of(IReadOnlyList<int> ids) => network.token_embedding.Of(ids);
    }
}
