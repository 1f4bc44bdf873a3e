namespace Kedge.Runtime;

/// <summary>
/// The subtractive generator of Knuth ("The Art of Computer Programming", volume 2, section 3.2.2) as .NET has always
/// seeded it: the numbers of <c>new Random(seed)</c>, which .NET does not promise to keep, on every platform and in
/// every version. Random views, mini-batches, anchors and scenes draw with it, so that cached features, checkpoints and
/// figures stay reproducible. New kinds of draws take <see cref="SplitMix64"/>, which is shorter and of better quality.
/// </summary>
internal sealed class SeededRandom : Random
{
    private const int Modulus = int.MaxValue, Lags = 55, ShortLag = 21;

    private readonly int[] _state = new int[Lags]; // of the recurrence x(n) = x(n − 55) − x(n − 34)
    private int _at = Lags - 1;

    /// <param name="seed">The seed, of which the absolute value is used.</param>
    public SeededRandom(int seed)
    {
        var (current, next) = (161803398 - (seed == int.MinValue ? Modulus : Math.Abs(seed)), 1); // Knuth's golden ratio
        _state[Lags - 1] = current;
        for (var i = 1; i < Lags; i++)
        {
            var place = ShortLag * i % Lags - 1;
            _state[place] = next;
            (current, next) = (next, Wrap(current - next));
        }
        for (var round = 0; round < 4; round++)
        {
            for (var i = 0; i < Lags; i++)
                _state[i] = Wrap(_state[i] - _state[(i + 31) % Lags]);
        }
    }

    /// <inheritdoc/>
    public override int Next()
    {
        _at = (_at + 1) % Lags;
        var value = _state[_at] - _state[(_at + ShortLag) % Lags];
        return _state[_at] = Wrap(value == Modulus ? value - 1 : value);
    }

    /// <inheritdoc/>
    public override int Next(int maxValue)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(maxValue);
        return (int)(Sample() * maxValue);
    }

    /// <inheritdoc/>
    public override int Next(int minValue, int maxValue)
    {
        var range = (long)maxValue - minValue;
        ArgumentOutOfRangeException.ThrowIfNotEqual(range is >= 0 and <= Modulus, true, nameof(maxValue));
        return (int)(Sample() * range) + minValue;
    }

    /// <inheritdoc/>
    public override double NextDouble() => Sample();

    /// <inheritdoc/>
    public override float NextSingle()
    {
        float value;
        do
            value = (float)Sample();
        while (value >= 1); // rounded up
        return value;
    }

    /// <inheritdoc/>
    protected override double Sample() => Next() * (1.0 / Modulus);

    private static int Wrap(int value) => value < 0 ? value + Modulus : value;
}
