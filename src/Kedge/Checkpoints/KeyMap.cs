using System.Text.RegularExpressions;

namespace Kedge.Checkpoints;

/// <summary>What becomes of a tensor under its new name.</summary>
internal enum KeyChange
{
    /// <summary>It stays as it is.</summary>
    Keep,

    /// <summary>Rows and columns are exchanged.</summary>
    Transpose,

    /// <summary>It is the first third of the rows.</summary>
    Query,

    /// <summary>It is the second third of the rows.</summary>
    Key,

    /// <summary>It is the last third of the rows.</summary>
    Value,

    /// <summary>It is no weight and is left out.</summary>
    Drop,
}

/// <summary>
/// One row of a key map. In <paramref name="From"/>, <c>{n}</c> stands for one part between dots and <c>{**n}</c> for one or more of them; in
/// <paramref name="To"/>, <c>{n}</c> is what it stood for.
/// </summary>
/// <param name="From">The name in the checkpoint.</param>
/// <param name="To">OpenAI's name.</param>
/// <param name="Change">What becomes of the tensor.</param>
internal sealed record KeyRule(string From, string To, KeyChange Change = KeyChange.Keep)
{
    private readonly Regex _from = new('^' + Regex.Replace(Regex.Escape(From), @"\\{(\\\*\\\*)?(\w+)}", match =>
        match.Groups[1].Success ? $"(?<{match.Groups[2]}>.+)" : $"(?<{match.Groups[2]}>[^.]+)") + '$', RegexOptions.CultureInvariant);

    private readonly string _to = Regex.Replace(To, @"\{(\w+)\}", "$${$1}");

    /// <summary>The new name of a key, or null where the row is not about it.</summary>
    public string? Apply(string key) => _from.Match(key) is { Success: true } match ? match.Result(_to) : null;
}

/// <summary>How a family of checkpoints names CLIP's tensors.</summary>
/// <param name="Layout">The family.</param>
/// <param name="Anchor">
/// A name that only this family has; what stands before it in a checkpoint (<c>state_dict.module.</c>, say) is a wrapper around all names.
/// </param>
/// <param name="Rules">Rows, of which the first that fits counts; a key that none fits keeps its name.</param>
internal sealed record KeyMap(CheckpointLayout Layout, string Anchor, params KeyRule[] Rules)
{
    /// <summary>The new name of a key, and what becomes of its tensor.</summary>
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
