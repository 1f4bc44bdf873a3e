using Kedge.Clip.Adaptation;
using Kedge.Runtime;
using static TorchSharp.torch;

namespace Kedge.FewShot;

/// <summary>
/// Updates of a CLIP's weights among the tensors of a classifier: <c>down.NAME</c> and <c>up.NAME</c>, its scale
/// within, or <c>whole.NAME</c>.
/// </summary>
internal static class StoredUpdates
{
    private const string Down = "down.", Up = "up.", Whole = "whole.";

    /// <summary>The tensors by their names, in the current dispose scope.</summary>
    public static IEnumerable<KeyValuePair<string, Tensor>> Write(WeightUpdates updates)
    {
        foreach (var (name, update) in updates.ByWeight)
        {
            if (update is LowRankUpdate(var down, var up, var factor))
            {
                yield return new(Down + name, down);
                yield return new(Up + name, up.Mul(factor));
            }
            else if (update is WholeUpdate(var value))
                yield return new(Whole + name, value);
        }
    }

    /// <summary>The updates of a state, which keeps their tensors; <see langword="null"/> where it has none.</summary>
    /// <exception cref="KedgeException">One is incomplete, or of another type or shape.</exception>
    public static WeightUpdates? Take(ClassifierState state)
    {
        var updates = new Dictionary<string, WeightUpdate>();
        foreach (var name in Names(state, Down))
        {
            var down = state.Take(Down + name, ScalarType.Float32, -1, -1, -1);
            updates[name] = new LowRankUpdate(down, state.Take(Up + name, ScalarType.Float32, down.shape[0], -1, down.shape[1]));
        }
        foreach (var name in Names(state, Whole))
        {
            var shape = Enumerable.Repeat(-1L, state.Tensors[Whole + name].shape.Length).ToArray();
            updates[name] = new WholeUpdate(state.Take(Whole + name, ScalarType.Float32, shape));
        }
        return updates.Count > 0 ? new WeightUpdates(updates) : null;
    }

    private static IEnumerable<string> Names(ClassifierState state, string prefix) =>
        state.Tensors.Keys.Where(name => name.StartsWith(prefix, StringComparison.Ordinal)).Select(name => name[prefix.Length..]);
}
