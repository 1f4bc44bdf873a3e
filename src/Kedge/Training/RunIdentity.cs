using System.Text.Json.Nodes;

namespace Kedge.Training;

/// <summary>The identity of a training run: a checkpoint is resumed only by a run of equal identity.</summary>
/// <param name="Values">Model, options and digests of the data, as stored in checkpoints.</param>
/// <param name="Digests">The description of a difference in a digest, by its path: "other images or captions".</param>
internal sealed record RunIdentity(JsonObject Values, IReadOnlyDictionary<string, string> Digests)
{
    /// <summary>The differences of another run from this one, with values; empty for equal identities.</summary>
    /// <param name="other">The other run's values.</param>
    public string DifferencesOf(JsonObject other)
    {
        var (own, theirs) = (Leaves(Values).ToDictionary(), Leaves(other).ToDictionary());
        return string.Join(", ", from path in theirs.Keys.Union(own.Keys)
                                 let values = (Stored: theirs.GetValueOrDefault(path), Asked: own.GetValueOrDefault(path))
                                 where values.Stored != values.Asked
                                 select Digests.TryGetValue(path, out var words)
                                     ? words
                                     : $"{path} {values.Stored ?? "none"} instead of {values.Asked ?? "none"}");
    }

    private static IEnumerable<(string Path, string Value)> Leaves(JsonObject parent, string prefix = "") =>
        parent.SelectMany(child => child.Value is JsonObject inner
            ? Leaves(inner, $"{prefix}{child.Key}.")
            : [($"{prefix}{child.Key}", child.Value?.ToJsonString() ?? "null")]);
}
