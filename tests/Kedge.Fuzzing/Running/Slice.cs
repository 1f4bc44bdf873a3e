namespace Kedge.Fuzzing.Running;

/// <summary>A part of the work: inputs of one target.</summary>
/// <param name="Target">The target's name.</param>
/// <param name="Seed">The seed of the inputs.</param>
/// <param name="From">The number of the first input.</param>
/// <param name="To">The number after that of the last.</param>
internal sealed record Slice(string Target, int Seed, int From, int To)
{
    /// <summary>An input to be read in place of those that the seed gives; then there is only one.</summary>
    public byte[]? Input { get; init; }

    public override string ToString() => $"{Target} {Seed} {From}–{To}";
}
