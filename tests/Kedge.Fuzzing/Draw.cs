using Kedge.Runtime;

namespace Kedge.Fuzzing;

/// <summary>Damages a file.</summary>
/// <param name="input">The file; stays as it is.</param>
/// <param name="draw">What is drawn: where, and by what.</param>
/// <returns>The damaged file.</returns>
internal delegate byte[] Mutator(byte[] input, Draw draw);

/// <summary>The random draws of one input.</summary>
/// <param name="seed">The seed of all inputs.</param>
/// <param name="number">The number of this one.</param>
/// <param name="corpus">Sound files to splice with.</param>
/// <param name="tokens">Bytes that mean something in the format.</param>
internal sealed class Draw(int seed, int number, IReadOnlyList<byte[]> corpus, IReadOnlyList<byte[]> tokens)
{
    private static readonly long[] Extremes =
    [
        0, 1, 2, 3, 7, 8, 15, 16, 63, 64, 65, 100, 127, 128, 255, 256, 1000, 4096, 8191, 32767, 32768, 65535, 65536, 99_999, 1_000_000,
        16_777_216, 40_000_000, 178_956_971, 536_870_912, 1_073_741_824, 2_147_483_646, 2_147_483_647, 2_147_483_648, 4_294_967_295,
        4_294_967_296, 1L << 40, long.MaxValue / 8, long.MaxValue - 1, long.MaxValue, -1, -2, -8, int.MinValue, long.MinValue,
    ];

    private readonly SplitMix64 _random = new(seed, number);

    /// <summary>A number from 0 to <paramref name="bound"/> − 1; 0 for a bound of 0.</summary>
    public int Below(int bound) => _random.Below(bound);

    public bool OneIn(int count) => Below(count) == 0;

    public T Pick<T>(IReadOnlyList<T> items) => items[Below(items.Count)];

    /// <summary>A number that parsers trip over, or one near to <paramref name="usual"/>.</summary>
    public long Extreme(long usual) => OneIn(4) ? usual + Below(5) - 2 : Pick(Extremes);

    /// <summary>A length from 1 to <paramref name="most"/>, short ones as often as long ones.</summary>
    public int Length(int most) => Math.Max(1, Below(Math.Min(most, 1 << (1 + Below(20))) + 1));

    public byte Byte() => (byte)Below(256);

    /// <summary>Bytes that mean something in the format.</summary>
    public byte[] Token() => tokens.Count > 0 ? Pick(tokens) : [Byte()];

    /// <summary>A sound file of the format.</summary>
    public byte[] Other() => Pick(corpus);
}
