using Kedge.Text.Cleaning;

namespace Kedge.Text;

/// <summary>How classes are called. A class is its id; two may be called alike, as ImageNet's cranes are.</summary>
/// <param name="Ids">C different ids: the folders, labels or numbers of the classes.</param>
/// <param name="PromptNames">C names, as prompts have them.</param>
internal sealed record ClassNaming(IReadOnlyList<string> Ids, IReadOnlyList<string> PromptNames)
{
    private const int MaxShown = 5;

    /// <summary>
    /// C different names: those of prompts, with the id behind those that several classes have: <c>missile (657)</c>.
    /// </summary>
    internal IReadOnlyList<string> Names { get; init; } = TellApart(PromptNames, Ids);

    /// <summary>Where the names are from, in sentences.</summary>
    internal IReadOnlyList<string> Notes { get; init; } = [];

    /// <summary>Classes called by their ids.</summary>
    internal static ClassNaming Of(IReadOnlyList<string> names) => new(names, names) { Names = names };

    /// <summary>
    /// A sentence on classes whose names are the same to CLIP, which reads lower case and takes underscores for spaces;
    /// <see langword="null"/> for none.
    /// </summary>
    internal string? NoteAlike()
    {
        var alike = Names.Zip(PromptNames)
            .GroupBy(pair => TextCleaning.Clean(PromptTemplates.NormaliseName(pair.Second)), pair => $"'{pair.First}'")
            .Where(same => same.Count() > 1).Select(same => string.Join(" and ", same)).ToList();
        return alike.Count == 0 ? null : $"CLIP reads the names of these classes alike, and photos alone tell them apart: " +
            $"{string.Join("; ", alike.Take(MaxShown))}{(alike.Count > MaxShown ? $"; and {alike.Count - MaxShown} more" : "")}.";
    }

    /// <summary>
    /// The names as others know the same classes: with the id, where it is only there that several are called alike.
    /// </summary>
    /// <param name="known">The others' names.</param>
    internal IReadOnlyList<string> AsIn(IReadOnlyList<string> known)
    {
        var names = known.ToHashSet(StringComparer.Ordinal);
        return [.. Names.Zip(Ids, (name, id) => !names.Contains(name) && names.Contains(With(name, id)) ? With(name, id) : name)];
    }

    private static IReadOnlyList<string> TellApart(IReadOnlyList<string> names, IReadOnlyList<string> ids)
    {
        if (ids.Distinct().Count() < ids.Count)
            return names; // refused where a task is made of them
        while (names.GroupBy(name => name).Where(same => same.Count() > 1).Select(same => same.Key).ToHashSet() is { Count: > 0 } shared)
            names = [.. names.Zip(ids, (name, id) => shared.Contains(name) ? With(name, id) : name)];
        return names;
    }

    private static string With(string name, string id) => $"{name} ({id})";
}
