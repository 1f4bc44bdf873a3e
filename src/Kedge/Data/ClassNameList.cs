using System.Globalization;
using System.Text.RegularExpressions;
using Kedge.Text;

namespace Kedge.Data;

/// <summary>A list of names for classes that are called by ids.</summary>
internal sealed partial class ClassNameList
{
    private static readonly string[] UsualFiles =
        ["classnames.txt", "names.txt", "synset_words.txt", "LOC_synset_mapping.txt", "words.txt"];

    private readonly string _path;
    private readonly IReadOnlyList<NameRow> _rows;

    private ClassNameList(string path) => (_path, _rows) = (path, NameRows.Read(path));

    /// <summary>Calls classes by a list.</summary>
    /// <param name="path">The list.</param>
    /// <param name="ids">C different ids.</param>
    /// <exception cref="KedgeException">The list cannot be read, or lacks a class.</exception>
    internal static ClassNaming Name(string path, IReadOnlyList<string> ids)
    {
        var list = new ClassNameList(path);
        var names = list.Find(ids);
        if (names.Any(name => name is null) && list._rows.Count == ids.Count && list._rows.All(row => row.IsOnlyName))
            names = list.ByPlace(ids);
        var without = ids.Where((_, label) => string.IsNullOrEmpty(names[label])).ToList();
        return without.Count == 0 ? list.Called(ids, names)
            : throw new KedgeException($"The list of names {path} has no name for {without.Count} of the {ids.Count} classes, " +
                $"'{without[0]}' first; expected a line of an id and a name for each.");
    }

    /// <summary>Calls classes by a list beside the data, where their names look like ids.</summary>
    /// <param name="origin">The data set, for notes.</param>
    /// <param name="folders">Where a list may lie.</param>
    /// <param name="ids">C different ids.</param>
    internal static ClassNaming NameBeside(string origin, IEnumerable<string?> folders, IReadOnlyList<string> ids)
    {
        var itself = ClassNaming.Of(ids);
        if (ids.Count == 0 || !ids.All(id => Id().IsMatch(id)))
            return itself;
        foreach (var path in folders.OfType<string>().SelectMany(folder => UsualFiles.Select(file => Path.Combine(folder, file))))
        {
            if (File.Exists(path) && Use(path, origin, itself) is { } called)
                return called;
        }
        return itself with
        {
            Notes = [$"The classes of {origin} are called by ids such as '{ids[0]}', and CLIP reads them as they are; " +
                "give their names (--names), or put a classnames.txt of ids and names beside them."],
        };
    }

    /// <summary>Calls classes by a list that has them all, notes where it has some; null where it has none.</summary>
    private static ClassNaming? Use(string path, string origin, ClassNaming itself)
    {
        try
        {
            var list = new ClassNameList(path);
            var names = list.Find(itself.Ids);
            var known = names.Count(name => !string.IsNullOrEmpty(name));
            return known == names.Length ? list.Called(itself.Ids, names) : known == 0 ? null
                : itself with { Notes = [$"The list {path} names {known} of the {names.Length} classes of {origin}, and is not used."] };
        }
        catch (KedgeException e)
        {
            return itself with { Notes = [$"A list of names beside {origin} is not used: {e.Message}"] };
        }
    }

    private ClassNaming Called(IReadOnlyList<string> ids, string?[] names) => new(ids, [.. names.Select(name => name!)])
    {
        Notes = [$"The {ids.Count} classes are called as {_path} says: '{ids[0]}' is '{names[0]}'" +
            $"{(_rows.Any(row => row.HasSynonyms) ? ", the first of its names" : "")}."],
    };

    /// <summary>A name for each class; null for none.</summary>
    private string?[] Find(IReadOnlyList<string> ids)
    {
        var column = Enumerable.Range(0, _rows.Max(row => row.Fields.Count))
            .MaxBy(place => _rows.Select(row => row.Fields.ElementAtOrDefault(place)).Intersect(ids).Count());
        var known = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var row in _rows.Where(row => row.Fields.Count > column))
        {
            var (id, name) = (row.Fields[column], row.NameBeside(column));
            if (!known.TryAdd(id, name) && known[id] != name && ids.Contains(id))
                throw new KedgeException($"The list of names {_path} calls '{id}' both '{known[id]}' and '{name}'; " +
                    "expected one name for each id.");
        }
        return [.. ids.Select(known.GetValueOrDefault)];
    }

    /// <summary>Names in the order of the classes, numbers by their value.</summary>
    private string?[] ByPlace(IReadOnlyList<string> ids)
    {
        var order = ids.All(id => int.TryParse(id, CultureInfo.InvariantCulture, out _))
            ? ids.Index().OrderBy(id => int.Parse(id.Item, CultureInfo.InvariantCulture)).Select(id => id.Index)
            : Enumerable.Range(0, ids.Count);
        var names = new string?[ids.Count];
        foreach (var (label, row) in order.Zip(_rows))
            names[label] = row.Whole;
        return names;
    }

    /// <summary>A number, perhaps behind up to three letters, as synsets of WordNet have.</summary>
    [GeneratedRegex(@"^[A-Za-z]{0,3}[_-]?[0-9]+$")]
    internal static partial Regex Id();
}
