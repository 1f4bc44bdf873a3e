using Kedge.Clip.Prompts;
using Kedge.Features;
using Kedge.FewShot;
using Kedge.Runtime;
using Kedge.Text;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Kedge.Methods;

/// <summary>
/// The initial anchors: words encoded by the text tower, features that the task brings, or, without either, midpoints
/// of pairs of classes.
/// </summary>
internal static class AnchorStarts
{
    private const int MaxAnchors = 256;
    private const double TokenDeviation = 0.02; // CLIP's own initial token embeddings, and CoOp's random start

    /// <summary>Creates the initial anchors of a task, owned by the caller.</summary>
    /// <exception cref="KedgeException">There are fewer than two anchors that are no class names, or more than
    /// memory holds.</exception>
    internal static LearnedAnchors Create(FewShotTask task, RtosOptions options, FitRun run)
    {
        if (task.Encoder?.TextTower is { } tower)
        {
            var template = AnchorPrompts.Template(task);
            var words = Words(options.Anchors ?? OpenWords.All, task, options, run, options.Anchors is null ? MaxAnchors : int.MaxValue);
            var names = words.Select(word => word.Name).ToArray();
            AnchorMemory.Require(task, options, names.Length, (long)options.Tokens * tower.Width);
            var prompts = tower.Prompts([PromptSequence.OfTemplate(template.Before, template.After, options.Tokens)]);
            var tokens = tower.StartRows(names, options.Tokens); // [K, m, W]
            var rows = options.Start == AnchorStart.Words ? tokens : Noise(tokens, options).Mul(TokenDeviation);
            return new TokenAnchors(prompts, template.Text, new Parameter(rows), Named(names, options));
        }
        if (options.Anchors is not null)
            throw new KedgeException("Fitting rtos found a list of anchor words and no text tower to encode them: fit on photos, " +
                "or give the task anchor features.");
        var (features, all) = task.Anchors is { } brought ? (brought.Features, brought.Names) : Midpoints(task, options);
        var kept = Words(all, task, options, run, MaxAnchors);
        AnchorMemory.Require(task, options, kept.Count, task.FeatureWidth);
        var points = features.index_select(0, tensor(kept.Select(word => word.Row).ToArray(), device: task.Device)); // [K, D]
        return new PointAnchors(new Parameter(options.Start == AnchorStart.Words ? points : Noise(points, options).Unit()),
            Named([.. kept.Select(word => word.Name)], options));
    }

    /// <summary>
    /// The words that serve as anchors and their indices in the list: no class names, nothing banned, in an order drawn
    /// by the seed where not all are taken.
    /// </summary>
    private static IReadOnlyList<(string Name, long Row)> Words(
        IReadOnlyList<string> list, FewShotTask task, RtosOptions options, FitRun run, int max)
    {
        var words = AnchorPrompts.Filter(list, task.Classes.Names, options.Ban ?? [], run.Note).ToArray();
        if (words.Length < 2)
            throw new KedgeException($"Fitting rtos found {words.Length} anchor word(s) that are no class names: it needs at least 2; " +
                "give more words.");
        var count = options.AnchorCount ?? max;
        if (count < words.Length)
            new SeededRandom(options.Seed).Shuffle(words);
        return [.. words.Take(count)];
    }

    /// <summary>Midpoints of two class features, for pairs drawn by the seed: [min(C (C − 1) / 2, 256), D].</summary>
    private static (Tensor, IReadOnlyList<string>) Midpoints(FewShotTask task, RtosOptions options)
    {
        var pairs = (from first in Enumerable.Range(0, task.Classes.Count) from second in Enumerable.Range(0, first) select (first, second))
            .ToArray();
        new SeededRandom(options.Seed).Shuffle(pairs);
        // two classes have one pair only
        pairs = [.. pairs.Take(MaxAnchors).Append((0, 0)).Append((1, 1)).Take(Math.Max(2, Math.Min(pairs.Length, MaxAnchors)))];
        var sum = Rows(pair => pair.first).Add(Rows(pair => pair.second));
        return (sum.Unit(), [.. pairs.Select(pair => $"{task.Classes.Names[pair.first]} + {task.Classes.Names[pair.second]}")]);

        Tensor Rows(Func<(int first, int second), int> side) =>
            task.Classes.Features.index_select(0, tensor(pairs.Select(pair => (long)side(pair)).ToArray(), device: task.Device));
    }

    private static Tensor Noise(Tensor like, RtosOptions options)
    {
        using var generator = new Generator((ulong)options.Seed, like.device);
        return randn(like.shape, device: like.device, generator: generator);
    }

    private static string[] Named(string[] names, RtosOptions options) =>
        options.Start == AnchorStart.Words ? names : [.. names.Select((_, k) => $"noise {k + 1}")];
}
