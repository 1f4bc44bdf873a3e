namespace Kedge.Interpretation;

/// <summary>
/// Rounds numbers so that they add up to their rounded sum (Hamilton's method of largest remainders): all are rounded
/// down, then those that lost most are rounded up until the sum is right. Each ends less than one unit of its last
/// digit from where it was; 0 stays 0.
/// </summary>
internal static class RoundedSum
{
    /// <param name="numbers">Finite numbers.</param>
    /// <param name="decimals">Digits after the point, 0 to 6.</param>
    internal static double[] Round(IReadOnlyList<double> numbers, int decimals)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(decimals);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(decimals, 6);
        var units = Math.Pow(10, decimals);
        var down = numbers.Select(number => Math.Floor(number * units)).ToArray();
        var missing = (int)(Math.Round(numbers.Sum() * units) - down.Sum());
        foreach (var i in Enumerable.Range(0, down.Length).OrderByDescending(i => (numbers[i] * units) - down[i]).Take(missing))
            down[i]++;
        return [.. down.Select(number => number / units)];
    }
}
