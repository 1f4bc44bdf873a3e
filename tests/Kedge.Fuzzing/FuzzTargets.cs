using Kedge.Fuzzing.Targets;

namespace Kedge.Fuzzing;

/// <summary>Every parser of user input.</summary>
internal static class FuzzTargets
{
    public static IReadOnlyList<FuzzTarget> All { get; } =
    [
        .. ImageTargets.All, .. DatasetTargets.All, .. TextTargets.All, .. TensorTargets.All, .. ModelTargets.All, .. ResultTargets.All,
        .. CaseTargets.All,
    ];

    /// <summary>A target by its name, also one of those that are wrong on purpose.</summary>
    public static FuzzTarget Find(string name) => All.Concat(FaultyTargets.All).FirstOrDefault(target => target.Name == name)
        ?? throw new KedgeException($"There is no parser '{name}': there are {string.Join(", ", All.Select(target => target.Name))}.");
}
