using System.Text.Json.Serialization;
using Kedge.FewShot;
using Kedge.Methods;
using Kedge.Persistence;

namespace Kedge.Reports.Records;

/// <summary>A classifier that learns classes over time.</summary>
/// <param name="Classifier">Its file.</param>
/// <param name="Method">The method's name in the catalog.</param>
/// <param name="Model">The CLIP that it is of.</param>
/// <param name="Classes">How many classes it knows.</param>
/// <param name="Tasks">Its tasks.</param>
/// <param name="Prompts">The prompts of its bank; absent where it has none.</param>
internal sealed record StreamRecord(
    string Classifier, string Method, string Model, int Classes, IReadOnlyList<LearnedTask> Tasks,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] IReadOnlyList<PromptRecord>? Prompts)
{
    /// <summary>The record of a classifier.</summary>
    /// <exception cref="KedgeException">It does not learn over time.</exception>
    public static StreamRecord From(string path, ClassifierCard card, ClassifierState state) => new(
        path, state.Method, card.Model, state.ClassCount, RequireTasks(card, state.Method),
        state.Method == AttriClip.CatalogName && state.ClassCount > 0 ? PromptRecord.From(AttriClipDetails.Read(state)) : null);

    /// <summary>The tasks of a classifier that learns over time.</summary>
    /// <exception cref="KedgeException">It does not.</exception>
    internal static IReadOnlyList<LearnedTask> RequireTasks(ClassifierCard card, string method) => card.Tasks ?? throw new KedgeException(
        $"The classifier of {method} was fitted on all its classes at once and has no tasks: give one of kedge continual.");
}

/// <summary>A prompt of a bank.</summary>
/// <param name="Number">Its number, from 1.</param>
/// <param name="Words">The word nearest to each of its tokens, each once.</param>
/// <param name="Images">How many of the images learned from picked it.</param>
/// <param name="Photos">Of each task the photos that picked it most clearly.</param>
internal sealed record PromptRecord(int Number, IReadOnlyList<string> Words, int Images, IReadOnlyList<string> Photos)
{
    /// <summary>The prompts of a bank, in their order.</summary>
    internal static IReadOnlyList<PromptRecord> From(AttriClipDetails details) =>
    [
        .. details.Words.Select((words, k) => new PromptRecord(k + 1, [.. words.Distinct()],
            details.Tasks.Sum(task => task.Prompts[k].Images), [.. details.Tasks.SelectMany(task => task.Prompts[k].Photos)])),
    ];
}
