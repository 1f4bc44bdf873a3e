using static TorchSharp.torch;

namespace Kedge.Tests.Support;

/// <summary>
/// The image tower of basic blocks in plain loops of doubles, padded as CNTK exports it: at the end by one less where
/// the stride is 2.
/// </summary>
/// <param name="weights">A network's, by name.</param>
internal sealed class PlainBasicResNet(IReadOnlyDictionary<string, Tensor> weights)
{
    /// <summary>One image [3, R, R]: u and unit features of the whole and then of each patch.</summary>
    public (double[][] Unprojected, double[][] Joint) Encode(Tensor pixels)
    {
        var (image, mean) = (Grid(pixels), Grid(weights["visual.mean"]));
        for (var c = 0; c < 3; c++)
            Each(image[c], (y, x) => image[c][y, x] -= mean[c][y, x]);
        var map = MaxPool(Relu(Convolve("visual.conv1", image, stride: 2)));
        for (var stage = 1; stage <= 4; stage++)
        {
            for (var block = 0; weights.ContainsKey($"visual.layer{stage}.{block}.conv1.weight"); block++)
                map = Block($"visual.layer{stage}.{block}", map, stage > 1 && block == 0 ? 2 : 1);
        }
        var positions = (from y in Enumerable.Range(0, map[0].GetLength(0))
                         from x in Enumerable.Range(0, map[0].GetLength(1))
                         select map.Select(channel => channel[y, x]).ToArray()).ToArray();
        var whole = Enumerable.Range(0, map.Length).Select(c => positions.Average(position => position[c])).ToArray();
        var unprojected = positions.Prepend(whole).Select(Unprojected).ToArray();
        return (unprojected, [.. unprojected.Select(u => Unit(Apply("visual.proj", u)))]);
    }

    private double[] Unprojected(double[] position)
    {
        var g = Unit(position);
        return weights.ContainsKey("visual.hidden.weight") ? [.. g, .. Apply("visual.hidden", g).Select(h => Math.Max(0, h))] : g;
    }

    private double[] Apply(string layer, double[] x)
    {
        var (weight, bias) = (weights[$"{layer}.weight"], weights[$"{layer}.bias"]);
        return [.. Enumerable.Range(0, (int)weight.shape[0])
            .Select(row => bias[row].item<float>() + x.Select((value, i) => value * weight[row, i].item<float>()).Sum())];
    }

    private double[][,] Block(string name, double[][,] x, int stride)
    {
        var y = Convolve($"{name}.conv2", Relu(Convolve($"{name}.conv1", x, stride)), stride: 1);
        var shortcut = weights.ContainsKey($"{name}.downsample.weight") ? Convolve($"{name}.downsample", x, stride) : x;
        for (var c = 0; c < y.Length; c++)
            Each(y[c], (row, column) => y[c][row, column] += shortcut[c][row, column]);
        return Relu(y);
    }

    private double[][,] Convolve(string name, double[][,] x, int stride)
    {
        var filters = weights[$"{name}.weight"];
        var (kernel, bias) = ((int)filters.shape[^1], weights[$"{name}.bias"].data<float>().ToArray());
        var (area, numbers) = (kernel * kernel, filters.contiguous().data<float>().ToArray());
        var (before, end) = (kernel / 2, (kernel / 2) - (stride > 1 && kernel > 1 ? 1 : 0));
        return Slide(x, bias.Length, kernel, stride, before, end, (output, row, column) =>
        {
            double sum = bias[output];
            for (var c = 0; c < x.Length; c++)
            {
                for (var i = 0; i < area; i++)
                    sum += numbers[(((output * x.Length) + c) * area) + i] * At(x[c], row + (i / kernel), column + (i % kernel), 0);
            }
            return sum;
        });
    }

    private static double[][,] MaxPool(double[][,] x) => Slide(x, x.Length, kernel: 3, stride: 2, before: 1, end: 0, (c, row, column) =>
        Enumerable.Range(0, 9).Max(i => At(x[c], row + (i / 3), column + (i % 3), double.NegativeInfinity)));

    private static double[][,] Slide(
        double[][,] x, int outputs, int kernel, int stride, int before, int end, Func<int, int, int, double> window)
    {
        int Length(int axis) => ((x[0].GetLength(axis) + before + end - kernel) / stride) + 1;
        var slid = Enumerable.Range(0, outputs).Select(_ => new double[Length(0), Length(1)]).ToArray();
        for (var o = 0; o < outputs; o++)
            Each(slid[o], (row, column) => slid[o][row, column] = window(o, (row * stride) - before, (column * stride) - before));
        return slid;
    }

    private static double At(double[,] plane, int row, int column, double outside) =>
        row >= 0 && row < plane.GetLength(0) && column >= 0 && column < plane.GetLength(1) ? plane[row, column] : outside;

    private static double[][,] Relu(double[][,] x)
    {
        foreach (var plane in x)
            Each(plane, (row, column) => plane[row, column] = Math.Max(0, plane[row, column]));
        return x;
    }

    private static double[][,] Grid(Tensor planes) => [.. Enumerable.Range(0, (int)planes.shape[0]).Select(c =>
    {
        var (plane, numbers) = (new double[planes.shape[1], planes.shape[2]], planes[c].contiguous().data<float>().ToArray());
        Each(plane, (row, column) => plane[row, column] = numbers[(row * plane.GetLength(1)) + column]);
        return plane;
    })];

    private static double[] Unit(double[] x)
    {
        var length = Math.Sqrt(x.Sum(value => value * value));
        return [.. x.Select(value => value / length)];
    }

    private static void Each(double[,] plane, Action<int, int> act)
    {
        for (var row = 0; row < plane.GetLength(0); row++)
        {
            for (var column = 0; column < plane.GetLength(1); column++)
                act(row, column);
        }
    }
}
