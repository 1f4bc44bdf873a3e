namespace Kedge.Text;

/// <summary>
/// A person's words, one a line: each once, in their order, and what was left out of the rest. Words are one where prompts say them alike: case does
/// not count, nor spaces around, nor whether a space or an underscore stands between.
/// </summary>
internal sealed class WordList
{
    private const int MaxShown = 5;

    private readonly (int Line, string Word)[] _kept;
    private readonly Dropped[] _dropped;

    private WordList(string name, (int Line, string Word)[] kept, Dropped[] dropped)
    {
        (Name, _kept, _dropped) = (name, kept, dropped);
        Words = [.. kept.Select(entry => entry.Word)];
    }

    /// <summary>What the list is called in messages, such as its file.</summary>
    public string Name { get; }

    /// <summary>The words that are left, without spaces around.</summary>
    public IReadOnlyList<string> Words { get; }

    /// <summary>
    /// What was left out, such as "3 lines of words.txt are left out: line 3 (empty), lines 4 'dog' and 9 'cat' (repeated)."; <see langword="null"/> for nothing.
    /// </summary>
    public string? Note => _dropped.Length == 0 ? null
        : $"{(_dropped.Length == 1 ? "1 line" : $"{_dropped.Length} lines")} of {Name} {(_dropped.Length == 1 ? "is" : "are")} left out: " +
            $"{string.Join(", ", _dropped.GroupBy(entry => entry.Reason, (reason, entries) => $"{Describe([.. entries])} ({reason})"))}.";

    /// <summary>Reads a file of words, one a line.</summary>
    /// <param name="path">A text file in UTF-8.</param>
    /// <exception cref="KedgeException">The file cannot be read, or holds no word.</exception>
    public static WordList Read(string path)
    {
        try
        {
            return FromLines(File.ReadLines(path), path) is { Words.Count: > 0 } list
                ? list
                : throw new KedgeException($"The word list '{path}' holds no words: write one a line.");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new KedgeException($"The word list '{path}' cannot be read: {e.Message} Check the path and its permissions.", e);
        }
    }

    /// <summary>Takes words that are at hand.</summary>
    /// <param name="lines">Words, one a line; lines are counted from 1.</param>
    /// <param name="name">What the list is called in messages.</param>
    public static WordList FromLines(IEnumerable<string> lines, string name)
    {
        var (kept, dropped, seen) = (new List<(int, string)>(), new List<Dropped>(), new HashSet<string>(StringComparer.OrdinalIgnoreCase));
        foreach (var (index, text) in lines.Index())
        {
            var (line, word) = (index + 1, text.Trim());
            if (word.Length == 0)
                dropped.Add(new(line, "", "empty"));
            else if (!seen.Add(PromptTemplates.NormaliseName(word)))
                dropped.Add(new(line, word, "repeated"));
            else
                kept.Add((line, word));
        }
        return new WordList(name, [.. kept], [.. dropped]);
    }

    /// <summary>The list without the names of classes, which must not be among anchors; the note tells of them.</summary>
    /// <param name="classNames">The names, in any spelling that prompts say alike.</param>
    public WordList WithoutClassNames(IReadOnlyList<string> classNames)
    {
        var names = classNames.Select(PromptTemplates.NormaliseName).ToHashSet(StringComparer.OrdinalIgnoreCase);
        var taken = _kept.ToLookup(entry => names.Contains(PromptTemplates.NormaliseName(entry.Word)));
        return new WordList(Name, [.. taken[false]], [.. _dropped, .. taken[true].Select(entry => new Dropped(entry.Line, entry.Word, "the name of a class"))]);
    }

    private static string Describe(Dropped[] lines) => lines switch
    {
        [var only] => $"line {only}",
        { Length: <= MaxShown } => $"lines {string.Join<Dropped>(", ", lines[..^1])} and {lines[^1]}",
        _ => $"lines {string.Join(", ", lines.Take(MaxShown))} and {lines.Length - MaxShown} more",
    };

    private sealed record Dropped(int Line, string Word, string Reason)
    {
        public override string ToString() => Word.Length == 0 ? $"{Line}" : $"{Line} '{Word}'";
    }
}
