namespace Kedge.Runtime;

/// <summary>Random numbers that follow from a seed and a step alone, so that a run that resumes goes on as it would have.</summary>
internal static class StepRandom
{
    /// <param name="seed">The run's.</param>
    /// <param name="step">From 0.</param>
    /// <param name="salt">Another for every use, so that uses do not share numbers.</param>
    public static SeededRandom Create(int seed, int step, int salt = 0) => // System.HashCode differs from process to process
        new(unchecked((int)((uint)seed * 2654435761u) ^ (step * 40503 + (step << 16)) ^ (int)((uint)salt * 2246822519u)));
}
