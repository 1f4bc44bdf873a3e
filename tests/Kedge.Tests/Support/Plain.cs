using Kedge.FewShot;
using static TorchSharp.torch;

namespace Kedge.Tests.Support;

/// <summary>
/// Slow plain arithmetic in double precision, which oracles are written with: no tensor library, and no
/// gradient but by differences.
/// </summary>
internal static class Plain
{
    private const double Difference = 1e-5; // of a parameter about 1: in double precision its error is about 1e-10

    public static double[][] Rows(Tensor matrix) => [.. matrix.data<float>().Select(x => (double)x).Chunk((int)matrix.shape[1])];

    /// <summary>[N, P, D], an image at a time.</summary>
    public static double[][][] Grids(Tensor patches) =>
        [.. patches.data<float>().Select(x => (double)x).Chunk((int)patches.shape[2]).Chunk((int)patches.shape[1])];

    public static double[] Row(Tensor vector) => [.. vector.data<float>().Select(x => (double)x)];

    /// <summary>Σ w_i x_i.</summary>
    public static double[] Mix(double[] weights, double[][] rows) =>
        [.. rows[0].Select((_, d) => weights.Zip(rows, (w, row) => w * row[d]).Sum())];

    public static double[][][] Views(SyntheticTask synthetic) =>
        [.. Enumerable.Range(0, synthetic.Task.Support.Views).Select(view => Rows(synthetic.Support[view]))];

    public static int[] Labels(SyntheticTask synthetic) => [.. synthetic.Labels.data<long>().Select(label => (int)label)];

    /// <summary>Each support image's mean over its views, unit.</summary>
    public static double[][] Means(SyntheticTask synthetic)
    {
        var views = Views(synthetic);
        return [.. views[0].Select((_, n) => Unit([.. views[0][n].Select((_, d) => views.Average(view => view[n][d]))]))];
    }

    public static double Dot(double[] x, double[] y) => x.Zip(y, (a, b) => a * b).Sum();

    public static double[] Unit(double[] x)
    {
        var length = Math.Sqrt(Dot(x, x));
        return [.. x.Select(a => a / length)];
    }

    public static double[] Softmax(double[] logits)
    {
        var powers = logits.Select(logit => Math.Exp(logit - logits.Max())).ToArray();
        return [.. powers.Select(power => power / powers.Sum())];
    }

    /// <summary>Mean cross entropy of the images' logits.</summary>
    public static double CrossEntropy(IEnumerable<double[]> logits, int[] labels) =>
        logits.Select((row, n) => -Math.Log(Softmax(row)[labels[n]])).Average();

    /// <summary>Central differences.</summary>
    public static double[] Gradient(Func<double[], double> loss, double[] at) => [.. at.Select((_, i) =>
        (loss([.. at.Select((x, j) => i == j ? x + Difference : x)])
            - loss([.. at.Select((x, j) => i == j ? x - Difference : x)])) / (2 * Difference))];

    /// <summary>
    /// Adam as its paper has it (β 0.9 and 0.999), weight decay as part of the gradient or beside it (AdamW), the rate
    /// falling along a half cosine to 0.
    /// </summary>
    public static double[] Adam(
        double[] start, int steps, double rate, double epsilon, double decay, Func<int, double[], double> loss, bool beside = false)
    {
        var (x, first, second) = (start.ToArray(), new double[start.Length], new double[start.Length]);
        for (var step = 0; step < steps; step++)
        {
            var gradient = Gradient(at => loss(step, at), x);
            for (var i = 0; i < x.Length; i++)
            {
                var g = gradient[i] + (beside ? 0 : decay * x[i]);
                first[i] = 0.9 * first[i] + 0.1 * g;
                second[i] = 0.999 * second[i] + 0.001 * g * g;
                var (m, v) = (first[i] / (1 - Math.Pow(0.9, step + 1)), second[i] / (1 - Math.Pow(0.999, step + 1)));
                x[i] -= Cosine(rate, step, steps) * (m / (Math.Sqrt(v) + epsilon) + (beside ? decay * x[i] : 0));
            }
        }
        return x;
    }

    /// <summary>
    /// Stochastic gradient descent with momentum and weight decay, first some steps at 1e-5, then the rate falling
    /// along a half cosine to 0.
    /// </summary>
    public static double[] Sgd(
        double[] start, int steps, double rate, double momentum, Func<int, double[], double> loss, double decay = 0, int warmUp = 0)
    {
        var (x, velocity) = (start.ToArray(), new double[start.Length]);
        for (var step = 0; step < steps; step++)
        {
            var gradient = Gradient(at => loss(step, at), x);
            for (var i = 0; i < x.Length; i++)
            {
                velocity[i] = momentum * velocity[i] + gradient[i] + decay * x[i];
                x[i] -= (step < warmUp ? 1e-5 : Cosine(rate, step - warmUp, steps - warmUp)) * velocity[i];
            }
        }
        return x;
    }

    /// <summary>
    /// The largest difference between logits and those of plain arithmetic, as a part of the largest logit.
    /// </summary>
    public static double LargestDifference(FewShotMethod method, SyntheticTask synthetic, Func<double[], double[]> expected) =>
        LargestDifference(method, synthetic, (f, _, _) => expected(f));

    /// <summary>
    /// The same, of what is computed from an image's feature, its patches and its unprojected feature.
    /// </summary>
    public static double LargestDifference(
        FewShotMethod method, SyntheticTask synthetic, Func<double[], double[][], double[], double[]> expected)
    {
        var logits = Logits(method, synthetic).Select(logit => (double)logit).Chunk(synthetic.Task.Classes.Count).ToArray();
        var (images, patches, unprojected) =
            (Rows(synthetic.Queries), Grids(synthetic.Images.Patches!), Rows(synthetic.Images.Unprojected!));
        var plain = images.Select((f, n) => expected(f, patches[n], unprojected[n])).ToArray();
        return logits.Zip(plain, (a, b) => a.Zip(b, (x, y) => Math.Abs(x - y)).Max()).Max() / plain.Max(row => row.Max(Math.Abs));
    }

    public static float[] Logits(FewShotMethod method, SyntheticTask synthetic)
    {
        using var classifier = method.Fit(synthetic.Task);
        using var logits = classifier.Logits(synthetic.Images);
        return logits.data<float>().ToArray();
    }

    private static double Cosine(double rate, int step, int steps) => rate * (1 + Math.Cos(Math.PI * step / steps)) / 2;
}
