using System.Text.Json;
using Kedge.FewShot;
using static TorchSharp.torch;

namespace Kedge.Methods;

/// <summary>What is kept of a bank for people to read.</summary>
/// <param name="Words">For each prompt the word nearest to each of its M tokens.</param>
/// <param name="Tasks">Each task's picks, in the order in which tasks were learned.</param>
/// <param name="PromptNames">The names of all classes as prompts have them.</param>
internal sealed record AttriClipDetails(
    IReadOnlyList<IReadOnlyList<string>> Words, IReadOnlyList<TaskPicks> Tasks, IReadOnlyList<string> PromptNames)
{
    /// <summary>How many different words name a prompt.</summary>
    internal const int NameWords = 3;

    private const int Photos = 3; // a prompt and task

    internal JsonElement ToJson() => JsonSerializer.SerializeToElement(this, ClassifierState.DetailsFormat);

    /// <exception cref="KedgeException">They are damaged.</exception>
    internal static AttriClipDetails Read(ClassifierState state) => state.ReadDetails<AttriClipDetails>("words of its prompts");

    /// <summary>Describes a bank that has learned a task.</summary>
    /// <param name="bank">The bank.</param>
    /// <param name="before">What was kept of the tasks before; <see langword="null"/> for none.</param>
    /// <param name="task">The task.</param>
    /// <param name="options">The options.</param>
    internal static AttriClipDetails Describe(PromptBank bank, AttriClipDetails? before, FewShotTask task, AttriClipOptions options)
    {
        using var scope = NewDisposeScope();
        var nearest = task.Encoder!.TextTower!.NearestWords(bank.Prompts.flatten(0, 1), top: 1).Select(near => near[0].Text);
        return new([.. nearest.Chunk(options.ContextTokens)], [.. before?.Tasks ?? [], Picks(bank, task, options)],
            [.. before?.PromptNames ?? [], .. task.Classes.PromptNames]);
    }

    private static TaskPicks Picks(PromptBank bank, FewShotTask task, AttriClipOptions options)
    {
        var images = task.Support.Features[0];
        float[][] scores = [.. bank.Scores(images).cpu().data<float>().Chunk(options.Prompts)];
        long[][] picks = [.. bank.Pick(images, options.Picks).cpu().data<long>().Chunk(options.Picks)];
        return new([.. Enumerable.Range(0, options.Prompts).Select(k =>
        {
            int[] images = [.. picks.Index().Where(image => image.Item.Contains(k)).Select(image => image.Index)];
            var best = images.OrderByDescending(image => scores[image][k]).Take(Photos);
            return new PromptPicks(images.Length, task.Support.Names is { } names ? [.. best.Select(image => names[image])] : []);
        })]);
    }
}

/// <summary>Which images of a task picked which prompts.</summary>
/// <param name="Prompts">One entry a prompt.</param>
internal sealed record TaskPicks(IReadOnlyList<PromptPicks> Prompts);

/// <summary>The images of a task that picked a prompt.</summary>
/// <param name="Images">How many.</param>
/// <param name="Photos">The names of those with the largest scores; none where images have no names.</param>
internal sealed record PromptPicks(int Images, IReadOnlyList<string> Photos);
