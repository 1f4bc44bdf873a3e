using Kedge.Clip.Prompts;
using Kedge.Features;
using Kedge.FewShot;
using Kedge.Runtime;
using Kedge.Text;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Kedge.Methods;

/// <summary>
/// The initial anchors: class names or words, as tokens through the text tower or, without one, as the features that
/// the task brings.
/// </summary>
internal static class AnchorStarts
{
    private const int MaxWords = 256;
    private const double TokenDeviation = 0.02; // CLIP's own initial token embeddings, and CoOp's random start

    /// <summary>Creates the initial anchors of a task, owned by the caller.</summary>
    /// <param name="task">The task.</param>
    /// <param name="options">With a start (<see cref="RtosDefaults"/>); words where there is none.</param>
    /// <param name="run">Told of class names among the words.</param>
    /// <exception cref="KedgeException">There are fewer than two anchors that are no class names, or more than
    /// memory holds.</exception>
    internal static LearnedAnchors Create(FewShotTask task, RtosOptions options, FitRun run)
    {
        if (task.Encoder?.TextTower is { } tower)
            return CreateTokens(task, tower, options, run);
        if (options.Anchors is not null)
            throw new KedgeException("Fitting rtos found a list of anchor words and no text tower to encode them: fit on photos, " +
                "or give the task anchor features.");
        var classes = task.Classes;
        var (features, names) = options.Start switch
        {
            AnchorStart.Classes => (classes.Features.clone(), classes.PromptNames),
            AnchorStart.Neighbours => (Between(task, classes.Features).Unit(), NeighbourNames(task)),
            _ when task.Anchors is { } brought => Select(brought.Features, Words(brought.Names, task, options, run)),
            _ => (classes.Features.clone(), classes.PromptNames),
        };
        AnchorMemory.Require(task, options, names.Count, task.FeatureWidth);
        return new PointAnchors(
            new Parameter(options.Start == AnchorStart.Noise ? Noise(features, options).Unit() : features), Named(names, options));
    }

    /// <summary>Whether a task brings half of <see cref="MaxWords"/> or more, to start from as points.</summary>
    internal static bool BringsWords(FewShotTask task) => task.Encoder?.TextTower is null && task.Anchors is { } brought
        && AnchorPrompts.Filter(brought.Names, task.Classes.PromptNames, [], null).Count >= MaxWords / 2;

    private static TokenAnchors CreateTokens(FewShotTask task, ITextTower tower, RtosOptions options, FitRun run)
    {
        var template = AnchorPrompts.Template(task);
        var names = options.Start switch
        {
            AnchorStart.Classes => task.Classes.PromptNames,
            AnchorStart.Neighbours => NeighbourNames(task),
            _ => Words(options.Anchors ?? OpenWords.All, task, options, run).Names,
        };
        AnchorMemory.Require(task, options, names.Count, (long)options.Tokens * tower.Width);
        var prompts = tower.Prompts([PromptSequence.OfTemplate(template.Before, template.After, options.Tokens)]);
        var tokens = options.Start switch
        {
            AnchorStart.Classes => ClassTokens(task, tower, options),
            AnchorStart.Neighbours => Between(task, ClassTokens(task, tower, options)),
            _ => tower.StartRows(names, options.Tokens),
        };
        var rows = options.Start == AnchorStart.Noise ? Noise(tokens, options).Mul(TokenDeviation) : tokens; // [K, m, W]
        return new TokenAnchors(prompts, template.Text, new Parameter(rows), Named(names, options));
    }

    /// <summary>
    /// [C, m, W]: where one token is learned, the mean of each name's, as names often share their first.
    /// </summary>
    private static Tensor ClassTokens(FewShotTask task, ITextTower tower, RtosOptions options) => options.Tokens == 1
        ? stack(task.Classes.PromptNames.Select(name => tower.TokenEmbeddings(name).mean([0], keepdim: true)))
        : tower.StartRows(task.Classes.PromptNames, options.Tokens);

    /// <summary>The mean of each class and each of its two nearest others: [C, …] → [2 C, …].</summary>
    private static Tensor Between(FewShotTask task, Tensor classes)
    {
        var (own, other) = Neighbours(task);
        return classes.index_select(0, own).Add(classes.index_select(0, other)).Mul(0.5);
    }

    private static IReadOnlyList<string> NeighbourNames(FewShotTask task)
    {
        using var scope = NewDisposeScope();
        var (own, other) = Neighbours(task);
        return [.. own.cpu().data<long>().Zip(other.cpu().data<long>(), (a, b) => $"{Name(a)} – {Name(b)}")];

        string Name(long label) => task.Classes.PromptNames[(int)label];
    }

    /// <summary>Pairs of a class and one of its two nearest by cosine: [K] int64 each.</summary>
    private static (Tensor Own, Tensor Other) Neighbours(FewShotTask task)
    {
        var features = task.Classes.Features;
        var count = Math.Min(2, task.Classes.Count - 1);
        var cosines = features.matmul(features.t()) - eye(task.Classes.Count, device: task.Device).Mul(4); // not itself
        return (TensorFactory.Arange(task.Classes.Count, task.Device).repeat_interleave(count),
            cosines.topk(count, dim: 1).indexes.flatten());
    }

    /// <summary>
    /// The words that serve as anchors and their indices in the list: no class names, nothing banned, in an order drawn
    /// by the seed where not all are taken.
    /// </summary>
    private static (IReadOnlyList<string> Names, long[] Rows) Words(
        IReadOnlyList<string> list, FewShotTask task, RtosOptions options, FitRun run)
    {
        var words = AnchorPrompts.Filter(list, task.Classes.PromptNames, options.Ban ?? [], run.Note).ToArray();
        if (words.Length < 2)
            throw new KedgeException($"Fitting rtos found {words.Length} anchor word(s) that are no class names: it needs at least 2; " +
                "give more words.");
        var count = options.AnchorCount ?? (options.Anchors is null ? MaxWords : words.Length);
        if (count < words.Length)
            new SeededRandom(options.Seed).Shuffle(words);
        return ([.. words.Take(count).Select(word => word.Name)], [.. words.Take(count).Select(word => word.Row)]);
    }

    private static (Tensor, IReadOnlyList<string>) Select(Tensor features, (IReadOnlyList<string> Names, long[] Rows) words) =>
        (features.index_select(0, tensor(words.Rows, device: features.device)), words.Names);

    private static Tensor Noise(Tensor like, RtosOptions options)
    {
        using var generator = new Generator((ulong)options.Seed, like.device);
        return randn(like.shape, device: like.device, generator: generator);
    }

    private static IReadOnlyList<string> Named(IReadOnlyList<string> names, RtosOptions options) =>
        options.Start == AnchorStart.Noise ? [.. names.Select((_, k) => $"noise {k + 1}")] : names;
}
