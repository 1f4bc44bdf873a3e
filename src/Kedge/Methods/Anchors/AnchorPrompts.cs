using Kedge.FewShot;
using Kedge.Text;

namespace Kedge.Methods;

/// <summary>The prompt template and the words of anchors.</summary>
internal static class AnchorPrompts
{
    /// <summary>The template that anchors are put into: the task's first.</summary>
    public static PromptTemplate Template(FewShotTask task) =>
        task.Classes.Templates.Count > 0 ? new PromptTemplate(task.Classes.Templates[0]) : PromptTemplates.Default;

    /// <summary>
    /// The words that are neither class names nor banned, without duplicates, with their indices in the list; class
    /// names in a list of the user's are noted.
    /// </summary>
    public static IReadOnlyList<(string Name, long Row)> Filter(
        IReadOnlyList<string> words, IReadOnlyList<string> classNames, IReadOnlyList<string> banned, Action<string>? note)
    {
        var comparer = StringComparer.OrdinalIgnoreCase;
        var (classes, bans, seen) = (NormaliseName(classNames), NormaliseName(banned), new HashSet<string>(comparer));
        var kept = words.Select((word, row) => (Name: word, Row: (long)row))
            .Where(word => !string.IsNullOrWhiteSpace(word.Name) && seen.Add(PromptTemplates.NormaliseName(word.Name))
                && !classes.Contains(PromptTemplates.NormaliseName(word.Name))
                && !bans.Contains(PromptTemplates.NormaliseName(word.Name))).ToList();
        var named = seen.Where(classes.Contains).ToList();
        if (named.Count > 0 && !ReferenceEquals(words, OpenWords.All))
            note?.Invoke($"{named.Count} of {words.Count} anchor words are class names and are left out: " +
                $"{string.Join(", ", named.Take(5))}{(named.Count > 5 ? ", …" : "")}.");
        return kept;

        HashSet<string> NormaliseName(IReadOnlyList<string> names) => names.Select(PromptTemplates.NormaliseName).ToHashSet(comparer);
    }
}
