namespace Kedge.Runtime;

/// <summary>
/// Random number generators determined by seed and step alone, so that a resumed run draws the same numbers as an
/// uninterrupted one.
/// </summary>
internal static class StepRandom
{
    /// <param name="seed">The seed of the run.</param>
    /// <param name="step">The step, from 0.</param>
    /// <param name="salt">Distinguishes the uses of one seed, so that they draw independent numbers.</param>
    public static SeededRandom Create(int seed, int step, int salt = 0) => // System.HashCode differs from process to process
        new(unchecked((int)((uint)seed * 2654435761u) ^ (step * 40503 + (step << 16)) ^ (int)((uint)salt * 2246822519u)));
}
