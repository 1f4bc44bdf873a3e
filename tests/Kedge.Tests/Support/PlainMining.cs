using Kedge.Text;
using static TorchSharp.torch;

namespace Kedge.Tests.Support;

/// <summary>
/// The score of anchor mining in plain loops over numbers in double precision: nothing of it is shared with the
/// library but the text tower.
/// </summary>
internal sealed class PlainMining
{
    private readonly double[][] _logits, _attention; // [V·N][C], [V·N][K]
    private readonly double[][] _relation; // [C][K]
    private readonly long[] _labels; // [N]

    public PlainMining(SyntheticTask synthetic, string[] words)
    {
        using var scope = NewDisposeScope();
        var anchors = Rows(synthetic.Tower.EncodeText([.. words.Select(PromptTemplates.Default.Fill)]));
        var (images, classes) = (Rows(synthetic.Support.flatten(0, 1)), Rows(synthetic.Classes));
        _labels = synthetic.Labels.data<long>().ToArray();
        _logits = Cosines(images, classes, 1 / (double)SyntheticTask.LogitScale);
        _attention = [.. Cosines(images, anchors, Temperature(images, anchors)).Select(Softmax)];
        _relation = [.. Cosines(classes, anchors, Temperature(classes, anchors)).Select(Softmax)];
    }

    /// <summary>The mean over images of the means over their views, and its standard error.</summary>
    public (double Mean, double Error) Gain(int j)
    {
        var n = _labels.Length;
        var falls = new double[n];
        for (var i = 0; i < _logits.Length; i++)
        {
            var chances = Softmax(_logits[i]);
            var expected = 0.0;
            for (var c = 0; c < chances.Length; c++)
                expected += chances[c] * _relation[c][j];
            falls[i % n] += _attention[i][j] * (_relation[_labels[i % n]][j] - expected) / (_logits.Length / n);
        }
        var mean = falls.Average();
        return (mean, Math.Sqrt(falls.Sum(fall => (fall - mean) * (fall - mean)) / (n - 1) / n));
    }

    /// <summary>The mean cross entropy with a weight on one anchor alone.</summary>
    public double CrossEntropy(int j, double weight)
    {
        var sum = 0.0;
        for (var i = 0; i < _logits.Length; i++)
        {
            double[] logits = [.. _logits[i].Select((logit, c) => logit + weight * _attention[i][j] * _relation[c][j])];
            sum -= Math.Log(Softmax(logits)[_labels[i % _labels.Length]]);
        }
        return sum / _logits.Length;
    }

    public double[] Lifts(int j)
    {
        var mean = _relation.Average(row => row[j]);
        return [.. _relation.Select(row => row[j] / mean)];
    }

    private static double Temperature(double[][] rows, double[][] anchors)
    {
        double[] all = [.. Cosines(rows, anchors, 1).SelectMany(row => row)];
        var mean = all.Average();
        return Math.Sqrt(all.Sum(x => (x - mean) * (x - mean)) / (all.Length - 1)) / 2;
    }

    private static double[][] Cosines(double[][] rows, double[][] columns, double temperature) =>
        [.. rows.Select(row => columns.Select(column => row.Zip(column, (x, y) => x * y).Sum() / temperature).ToArray())];

    private static double[] Softmax(double[] logits)
    {
        var sum = logits.Sum(Math.Exp);
        return [.. logits.Select(logit => Math.Exp(logit) / sum)];
    }

    private static double[][] Rows(Tensor matrix) => [.. matrix.data<float>().Select(x => (double)x).Chunk((int)matrix.shape[1])];
}
