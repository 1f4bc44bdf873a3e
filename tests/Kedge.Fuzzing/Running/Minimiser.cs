namespace Kedge.Fuzzing.Running;

/// <summary>Makes an input that fails shorter, as long as it fails in the same way.</summary>
/// <param name="fails">Whether an input still fails so.</param>
internal sealed class Minimiser(Func<byte[], bool> fails)
{
    private const int MostTries = 2000;

    /// <summary>
    /// Leaves out parts, halves first and single bytes last (Zeller and Hildebrandt 2002, "Simplifying and isolating
    /// failure-inducing input").
    /// </summary>
    public byte[] Minimise(byte[] input)
    {
        var tries = 0;
        for (var length = input.Length / 2; length > 0; length /= 2)
        {
            for (var start = 0; start < input.Length && tries++ < MostTries;)
            {
                byte[] shorter = [.. input.AsSpan(0, start), .. input.AsSpan(Math.Min(input.Length, start + length))];
                if (fails(shorter))
                    input = shorter;
                else
                    start += length;
            }
        }
        return input;
    }
}
