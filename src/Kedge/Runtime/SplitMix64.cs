namespace Kedge.Runtime;

/// <summary>
/// SplitMix64, a pseudorandom number generator (Steele, Lea and Flood 2014, "Fast splittable pseudorandom number
/// generators"): the same numbers on every platform and in every version of .NET, which <see cref="Random"/> does not
/// guarantee.
/// </summary>
internal sealed class SplitMix64(int seed, int stream)
{
    private ulong _state = Mix((uint)seed | ((ulong)(uint)stream << 32));

    internal ulong Next() => Mix(_state += 0x9e3779b97f4a7c15);

    /// <summary>A uniform integer from 0 to <paramref name="bound"/> − 1; the bias is below bound / 2⁶⁴.</summary>
    internal int Below(int bound) => (int)Math.BigMul(Next(), (ulong)bound, out _);

    private static ulong Mix(ulong z)
    {
        z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9;
        z = (z ^ (z >> 27)) * 0x94d049bb133111eb;
        return z ^ (z >> 31);
    }
}
