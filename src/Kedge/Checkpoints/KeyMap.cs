using System.Text.RegularExpressions;

namespace Kedge.Checkpoints;

/// <summary>The conversion of a tensor under its new name.</summary>
internal enum KeyChange
{
    /// <summary>Unchanged.</summary>
    Keep,

    /// <summary>Transposed.</summary>
    Transpose,

    /// <summary>The first third of the rows of a joined q, k, v projection.</summary>
    Query,

    /// <summary>The second third of the rows of a joined q, k, v projection.</summary>
    Key,

    /// <summary>The last third of the rows of a joined q, k, v projection.</summary>
    Value,

    /// <summary>Left out, being no weight.</summary>
    Drop,
}

/// <summary>
/// A rule of a key map. In <paramref name="From"/>, the placeholder <c>{n}</c> matches one part between dots and
/// <c>{**n}</c> one or more of them; in <paramref name="To"/>, <c>{n}</c> is replaced by the match.
/// </summary>
/// <param name="From">The name in the checkpoint.</param>
/// <param name="To">OpenAI's name.</param>
/// <param name="Change">The conversion of the tensor.</param>
internal sealed record KeyRule(string From, string To, KeyChange Change = KeyChange.Keep)
{
    private readonly Regex _from = new('^' + Regex.Replace(Regex.Escape(From), @"\\{(\\\*\\\*)?(\w+)}", match =>
        match.Groups[1].Success ? $"(?<{match.Groups[2]}>.+)" : $"(?<{match.Groups[2]}>[^.]+)") + '$', RegexOptions.CultureInvariant);

    private readonly string _to = Regex.Replace(To, @"\{(\w+)\}", "$${$1}");

    /// <summary>The new name of a key, or null where the rule does not match.</summary>
    public string? Apply(string key) => _from.Match(key) is { Success: true } match ? match.Result(_to) : null;
}

/// <summary>The mapping of tensor names of a family of checkpoints to OpenAI's.</summary>
/// <param name="Layout">The family.</param>
/// <param name="Anchor">
/// A name unique to this family; whatever precedes it in a checkpoint, such as <c>state_dict.module.</c>,
/// is a prefix of all names.
/// </param>
/// <param name="Rules">The rules, of which the first that matches applies; a key without a
/// match keeps its name.</param>
internal sealed record KeyMap(CheckpointLayout Layout, string Anchor, params KeyRule[] Rules)
{
    /// <summary>The new name of a key, and the conversion of its tensor.</summary>
    public (string Name, KeyChange Change) Apply(string key)
    {
        foreach (var rule in Rules)
        {
            if (rule.Apply(key) is { } name)
                return (name, rule.Change);
        }
        return (key, KeyChange.Keep);
    }
}
