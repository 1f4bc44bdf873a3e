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
    /// <exception cref="KedgeException">There are fewer than two anchors that are no class names, or more than
    /// memory holds.</exception>
    internal static LearnedAnchors Create(FewShotTask task, RtosOptions options, FitRun run)
    {
        if (task.Encoder?.TextTower is { } tower)
        {
            var template = AnchorPrompts.Template(task);
            var names = AreClasses(options) ? task.Classes.Names : Words(options.Anchors ?? OpenWords.All, task, options, run).Names;
            AnchorMemory.Require(task, options, names.Count, (long)options.Tokens * tower.Width);
            var prompts = tower.Prompts([PromptSequence.OfTemplate(template.Before, template.After, options.Tokens)]);
            var tokens = AreClasses(options) && options.Tokens == 1 ? MeanTokens(tower, names) : tower.StartRows(names, options.Tokens);
            var rows = options.Start == AnchorStart.Noise ? Noise(tokens, options).Mul(TokenDeviation) : tokens; // [K, m, W]
            return new TokenAnchors(prompts, template.Text, new Parameter(rows), Named(names, options));
        }
        if (options.Anchors is not null)
            throw new KedgeException("Fitting rtos found a list of anchor words and no text tower to encode them: fit on photos, " +
                "or give the task anchor features.");
        var (features, kept) = task.Anchors is { } brought && !AreClasses(options)
            ? Select(brought.Features, Words(brought.Names, task, options, run))
            : (task.Classes.Features, task.Classes.Names);
        AnchorMemory.Require(task, options, kept.Count, task.FeatureWidth);
        return new PointAnchors(
            new Parameter(options.Start == AnchorStart.Noise ? Noise(features, options).Unit() : features.clone()), Named(kept, options));
    }

    /// <summary>The mean of each name's tokens, as names often share their first: [K, 1, W].</summary>
    private static Tensor MeanTokens(ITextTower tower, IReadOnlyList<string> names) =>
        stack(names.Select(name => tower.TokenEmbeddings(name).mean([0], keepdim: true)));

    /// <summary>Whether anchors start from the classes: by default, unless words are asked for.</summary>
    internal static bool AreClasses(RtosOptions options) => options.Start is { } start
        ? start == AnchorStart.Classes
        : options is { Anchors: null, Ban: null, AnchorCount: null };

    /// <summary>
    /// The words that serve as anchors and their indices in the list: no class names, nothing banned, in an order drawn
    /// by the seed where not all are taken.
    /// </summary>
    private static (IReadOnlyList<string> Names, long[] Rows) Words(
        IReadOnlyList<string> list, FewShotTask task, RtosOptions options, FitRun run)
    {
        var words = AnchorPrompts.Filter(list, task.Classes.Names, options.Ban ?? [], run.Note).ToArray();
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
