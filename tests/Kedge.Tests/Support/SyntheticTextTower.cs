using System.Globalization;
using Kedge.Clip.Prompts;
using Kedge.Clip.Relevance;
using Kedge.Clip.Towers;
using Kedge.Features;
using Kedge.Text;
using static TorchSharp.torch;

namespace Kedge.Tests.Support;

/// <summary>
/// A text tower of one matrix: a prompt's feature is the mean of its tokens' embeddings, drawn ones but for those of
/// class names, times that matrix.
/// </summary>
internal sealed class SyntheticTextTower : ITextTower, IDisposable
{
    private const int EmbeddingWidth = 12;
    private const float NameLength = 20; // of the feature of a class's name before it is made unit: as long as a handful of drawn tokens
    private readonly Tensor _projection;

    /// <param name="featureWidth">D.</param>
    /// <param name="classes">[C, D]: what the names "class 0" and so on are to say in prompts with a context, as far as
    /// the narrower embeddings can.</param>
    public SyntheticTextTower(int featureWidth, Tensor classes)
    {
        using var scope = NewDisposeScope();
        _projection = tensor(Normal(new Random(77), EmbeddingWidth * featureWidth)).reshape(EmbeddingWidth, featureWidth);
        ClassEmbeddings = classes.matmul(linalg.pinv(_projection)) * NameLength;
        scope.Detach(_projection, ClassEmbeddings);
    }

    /// <summary>[C, W], the token that each class name ends with, full stop included.</summary>
    public Tensor ClassEmbeddings { get; }

    /// <summary>[W, D].</summary>
    public Tensor Projection => _projection;

    public int Width => EmbeddingWidth;

    public Tensor EncodeText(IReadOnlyList<string> prompts)
    {
        using var scope = NewDisposeScope();
        var byLength = prompts.Index().GroupBy(prompt => prompt.Item.Split(' ').Length).ToArray();
        var encoded = byLength.Select(some => Encode(stack(some.Select(prompt => Embed(prompt.Item.Split(' '))))));
        var places = byLength.SelectMany(some => some.Select(prompt => (long)prompt.Index)).ToArray();
        return cat([.. encoded]).index_select(0, tensor(places).argsort()).MoveToOuterDisposeScope();
    }

    /// <summary>Prompts of one template, or of the names "class 0" and so on with a context.</summary>
    public IPromptEncoder Prompts(IReadOnlyList<PromptSequence> prompts) =>
        prompts[0].ClassName is null ? new TemplatePrompts(this, prompts.Single()) : new ClassPrompts(this, prompts);

    IProbedPrompts ITextTower.ProbedPrompts(IReadOnlyList<PromptSequence> prompts) =>
        new ProbedClassPrompts(new ClassPrompts(this, prompts));

    public Tensor TokenEmbeddings(string words)
    {
        using var scope = NewDisposeScope();
        return Embed(words.Split(' ')).MoveToOuterDisposeScope();
    }

    public IReadOnlyList<IReadOnlyList<Neighbour>> NearestWords(Tensor tokens, int top)
    {
        using var scope = NewDisposeScope();
        return [.. CosineSearch.Nearest(tokens, Embed(OpenWords.All), top)
            .Select(near => near.Select(found => new Neighbour(OpenWords.All[found.Row], found.Cosine)).ToArray())];
    }

    public void Dispose()
    {
        _projection.Dispose();
        ClassEmbeddings.Dispose();
    }

    internal static float[] Normal(Random random, int count) =>
        [.. Enumerable.Range(0, count)
            .Select(_ => (float)(Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())) * Math.Cos(2 * Math.PI * random.NextDouble())))];

    private static Tensor Embed(IEnumerable<string> words) =>
        stack(words.Select(word => tensor(Normal(new Random(word.Sum(letter => letter * 31)), EmbeddingWidth))));

    private Tensor Encode(Tensor tokens) => tokens.mean([1]).matmul(_projection).Unit();

    private sealed class TemplatePrompts(SyntheticTextTower tower, PromptSequence prompt) : IPromptEncoder
    {
        private readonly Tensor _before = Embed(prompt.Parts[0].Words!.Split(' '));

        public int Rows => prompt.Parts[1].Rows;

        public Tensor Encode(Tensor rows)
        {
            using var scope = NewDisposeScope();
            var open = rows.squeeze(1);
            var fixedTokens = _before.unsqueeze(0).expand(open.shape[0], -1, -1);
            return tower.Encode(cat([fixedTokens, open], 1)).unsqueeze(1).MoveToOuterDisposeScope();
        }

        public void Dispose() => _before.Dispose();
    }

    /// <summary>Names are one token: "class 3", full stop included. A mean does not see where they stand.</summary>
    private sealed class ClassPrompts(SyntheticTextTower tower, IReadOnlyList<PromptSequence> prompts) : IPromptEncoder
    {
        private readonly long[] _rows =
            [.. prompts.Select(prompt => long.Parse(prompt.ClassName!.Split(' ')[^1], CultureInfo.InvariantCulture))];

        public int Rows => prompts[0].Parts.Sum(part => part.Rows);

        public Tensor Encode(Tensor rows)
        {
            using var scope = NewDisposeScope();
            var embeddings = Embeddings(rows);
            return tower.Encode(embeddings).view(rows.shape[0], -1, tower._projection.shape[1]).MoveToOuterDisposeScope();
        }

        /// <summary>[n, 1 or C, M, W] → [n · C, M + 1, W], the name last.</summary>
        public Tensor Embeddings(Tensor rows)
        {
            var names = tower.ClassEmbeddings.index_select(0, tensor(_rows)).unsqueeze(1).expand(rows.shape[0], -1, 1, -1); // [n, C, 1, W]
            return cat([rows.expand(-1, names.shape[1], -1, -1), names], 2).flatten(0, 1);
        }

        /// <summary>[n, L, W] → [n, D], the mean as attention with equal weights.</summary>
        public Tensor Encode(Tensor embeddings, AttentionProbe probe)
        {
            var length = embeddings.shape[1];
            var equal = probe.Keep(full([embeddings.shape[0], 1, 1, length], 1f / length));
            return matmul(equal.squeeze(1), embeddings).squeeze(1).matmul(tower._projection).Unit();
        }

        public void Dispose() { }
    }

    private sealed class ProbedClassPrompts(ClassPrompts prompts) : IProbedPrompts
    {
        public Tensor Encode(Tensor rows, AttentionProbe probe)
        {
            using var scope = NewDisposeScope();
            return prompts.Encode(prompts.Embeddings(rows.unsqueeze(0)), probe).MoveToOuterDisposeScope();
        }

        public Tensor NameRelevance(IReadOnlyList<Tensor> weights, IReadOnlyList<Tensor> gradients)
        {
            var row = RelevanceRollout.Row(weights, gradients, zeros(weights[0].shape[0], ScalarType.Int64));
            return TextRelevance.Normalize(row).select(1, -1);
        }

        public void Dispose() => prompts.Dispose();
    }
}
