using Kedge.Text;

namespace Kedge.Methods;

/// <summary>The texts around and inside RTOS's anchors.</summary>
internal static class RtosPrompts
{
    /// <summary>The template that anchors are put into: the task's first.</summary>
    public static PromptTemplate Template(FewShotTask task) => task.Templates.Count > 0 ? new PromptTemplate(task.Templates[0]) : PromptTemplates.Default;

    /// <summary>The words that name no class, once each, in their order.</summary>
    public static IReadOnlyList<string> Without(IReadOnlyList<string> words, IReadOnlyList<string> classNames)
    {
        var taken = classNames.Select(PromptTemplates.Spoken).ToHashSet(StringComparer.OrdinalIgnoreCase);
        return [.. words.Where(word => taken.Add(PromptTemplates.Spoken(word)))];
    }
}
