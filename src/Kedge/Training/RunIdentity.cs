using System.Text.Json.Nodes;

namespace Kedge.Training;

/// <summary>What makes a run the one it is: only a checkpoint of the same run can be resumed.</summary>
/// <param name="Values">Model, options, digests of the data: all that must be the same, as it stands in checkpoints.</param>
/// <param name="Digests">What to say of a value that differs and is a digest, by its path: "other images or captions".</param>
internal sealed record RunIdentity(JsonObject Values, IReadOnlyDictionary<string, string> Digests)
{
    /// <summary>What another run has that this one has not, with values; empty for the same run.</summary>
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

    private static IEnumerable<(string Path, string Value)> Leaves(JsonObject parent, string prefix = "") => parent.SelectMany(child => child.Value is JsonObject inner
        ? Leaves(inner, $"{prefix}{child.Key}.")
        : [($"{prefix}{child.Key}", child.Value?.ToJsonString() ?? "null")]);
}
