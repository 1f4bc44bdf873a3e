using Kedge.Runtime;

namespace Kedge.Text;

/// <summary>
/// A user's word list, one word a line: distinct words in their order, with a record of dropped lines. Words are equal
/// where their spelling in prompts is, whatever the case: spaces around them are trimmed, underscores count as spaces.
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

    /// <summary>The name of the list in messages, such as its file.</summary>
    public string Name { get; }

    /// <summary>The distinct words, trimmed.</summary>
    public IReadOnlyList<string> Words { get; }

    /// <summary>
    /// The dropped lines, such as "3 lines of words.txt are left out: line 3 (empty), lines 4 'dog' and 9 'cat'
    /// (repeated)."; <see langword="null"/> for nothing.
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
            return FromLines(UserFile.ReadLines(path), path) is { Words.Count: > 0 } list
                ? list
                : throw new KedgeException($"The word list '{path}' holds no words: write one a line.");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new KedgeException($"The word list '{path}' cannot be read: {e.Message} Check the path and its permissions.", e);
        }
    }

    /// <summary>Makes a list from lines.</summary>
    /// <param name="lines">Words, one a line; lines are counted from 1.</param>
    /// <param name="name">The name of the list in messages.</param>
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

    /// <summary>The list without class names, which must not be anchors; the note lists those removed.</summary>
    /// <param name="classNames">The class names, in any spelling that is equal in prompts.</param>
    public WordList WithoutClassNames(IReadOnlyList<string> classNames)
    {
        var names = classNames.Select(PromptTemplates.NormaliseName).ToHashSet(StringComparer.OrdinalIgnoreCase);
        var taken = _kept.ToLookup(entry => names.Contains(PromptTemplates.NormaliseName(entry.Word)));
        return new WordList(Name, [.. taken[false]],
            [.. _dropped, .. taken[true].Select(entry => new Dropped(entry.Line, entry.Word, "the name of a class"))]);
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
