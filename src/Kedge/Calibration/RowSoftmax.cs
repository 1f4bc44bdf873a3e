namespace Kedge.Calibration;

/// <summary>The softmax of an image's logits in double precision, softmax(β · logits / T).</summary>
internal readonly ref struct RowSoftmax
{
    private readonly ReadOnlySpan<float> _row;
    private readonly double _temperature, _sharpness;

    /// <summary>Computes the sums over a row.</summary>
    /// <param name="row">[C] logits, without NaN, C at least 1.</param>
    /// <param name="temperature">T, above 0.</param>
    /// <param name="sharpness">β, above 0.</param>
    internal RowSoftmax(ReadOnlySpan<float> row, double temperature = 1, double sharpness = 1)
    {
        _row = row;
        (_temperature, _sharpness) = (temperature, sharpness);
        for (var c = 1; c < row.Length; c++)
            Best = row[c] > row[Best] ? c : Best;
        for (var c = 0; c < row.Length; c++)
        {
            var weight = Weight(c);
            (Sum, WeightedSum) = (Sum + weight, WeightedSum + (weight * row[c]));
        }
    }

    /// <summary>The first class with the highest logit.</summary>
    internal int Best { get; }

    /// <summary>Σ of all weights: 1 ÷ the probability of the best class.</summary>
    internal double Sum { get; }

    /// <summary>Σ of each weight times its logit: over <see cref="Sum"/>, the expected logit.</summary>
    internal double WeightedSum { get; }

    /// <summary>ln of a class's weight: how far β · logit / T is below the best class's.</summary>
    internal double Exponent(int c) => ((double)_row[c] - _row[Best]) * _sharpness / _temperature;

    /// <summary>The probability of a class.</summary>
    internal double Probability(int c) => Weight(c) / Sum;

    /// <summary>The probabilities of all classes.</summary>
    internal double[] Probabilities()
    {
        var probabilities = new double[_row.Length];
        for (var c = 0; c < probabilities.Length; c++)
            probabilities[c] = Probability(c);
        return probabilities;
    }

    private double Weight(int c) => Math.Exp(Exponent(c));
}
