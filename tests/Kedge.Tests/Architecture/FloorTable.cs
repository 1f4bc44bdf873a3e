using System.Globalization;

namespace Kedge.Tests.Architecture;

/// <summary>
/// The floors of a project's folders, as docs/architecture.md states them: the table whose heading begins
/// <c>| floor | folder of `src/PROJECT` |</c>. A folder below another has its floor among its siblings. The files that
/// lie in a folder beside such folders stand above them, unless a row <c>`FOLDER/*.cs`</c> says otherwise.
/// </summary>
internal sealed class FloorTable
{
    /// <summary>Ends the name of the files that lie in a folder itself.</summary>
    public const string OwnFiles = "*.cs";

    private const int Top = int.MaxValue;

    private readonly Dictionary<string, int> _floors;

    private FloorTable(Dictionary<string, int> floors) => _floors = floors;

    /// <summary>The folders, without the rows of their own files.</summary>
    public IEnumerable<string> Folders => _floors.Keys.Where(folder => !folder.EndsWith(OwnFiles, StringComparison.Ordinal));

    /// <summary>Reads a project's table.</summary>
    /// <param name="lines">The document.</param>
    /// <param name="project">Its name below src.</param>
    public static FloorTable Read(IEnumerable<string> lines, string project) => new(lines
        .SkipWhile(line => !line.StartsWith($"| floor | folder of `src/{project}` |", StringComparison.Ordinal)).Skip(2)
        .TakeWhile(line => line.StartsWith('|'))
        .Select(line => line.Split('|', StringSplitOptions.TrimEntries))
        .ToDictionary(cells => cells[2].Trim('`'), cells => ParseFloor(cells[1])));

    /// <summary>The two siblings that an arrow joins: folders, or a folder and the files beside it.</summary>
    /// <param name="from">The folder of the file that names, from the project's; empty for the project's own.</param>
    /// <param name="to">The folder of what is named.</param>
    /// <returns><see langword="null"/> within one folder.</returns>
    public static (string From, string To)? Parts(string from, string to)
    {
        if (from == to)
            return null;
        string[] fromParts = [.. from.Split('/', StringSplitOptions.RemoveEmptyEntries), OwnFiles];
        string[] toParts = [.. to.Split('/', StringSplitOptions.RemoveEmptyEntries), OwnFiles];
        var shared = fromParts.Zip(toParts).TakeWhile(pair => pair.First == pair.Second).Count();
        return (string.Join('/', fromParts[..(shared + 1)]), string.Join('/', toParts[..(shared + 1)]));
    }

    /// <summary>The floor of a folder, or of a folder's own files.</summary>
    public int this[string part] => _floors.TryGetValue(part, out var floor) ? floor
        : part.EndsWith(OwnFiles, StringComparison.Ordinal) ? Top
        : throw new InvalidOperationException($"docs/architecture.md gives '{part}' no floor.");

    /// <summary>A floor as it is written.</summary>
    public static string Name(int floor) => floor == Top ? "top" : $"{floor}";

    private static int ParseFloor(string text) => text == "top" ? Top : int.Parse(text, CultureInfo.InvariantCulture);
}
