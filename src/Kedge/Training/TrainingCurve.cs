using System.Globalization;
using Kedge.Runtime;

namespace Kedge.Training;

/// <summary>A point of a training curve: the steps between two reports.</summary>
/// <param name="Step">Steps done.</param>
/// <param name="Loss">Mean training loss since the previous report.</param>
/// <param name="LearningRate">Learning rate of the last step.</param>
/// <param name="ExamplesPerSecond">Throughput since the previous report, in examples (pairs, for pairs).</param>
/// <param name="HeldOutAccuracy">
/// Zero-shot top-1 accuracy on held-out images, 0 to 1, with the averaged weights; at checkpoints,
/// where such images are given.
/// </param>
internal sealed record CurvePoint(int Step, double Loss, double LearningRate, double ExamplesPerSecond, double? HeldOutAccuracy);

/// <summary>The training curve of a run, stored as <c>curve.csv</c> in its folder.</summary>
internal sealed class TrainingCurve
{
    private const string FileName = "curve.csv";
    private const string Header = "step,loss,learning_rate,pairs_per_second,held_out_accuracy";
    private readonly string _path;
    private readonly List<CurvePoint> _points;

    /// <summary>
    /// Opens a run's curve up to a step; points after the checkpoint of an interrupted run are dropped.
    /// </summary>
    internal TrainingCurve(string folder, int step)
    {
        _path = Path.Combine(folder, FileName);
        _points = [.. Read(folder).Where(point => point.Step <= step)];
    }

    /// <summary>The points of a run's folder in order; none where there is no readable curve.</summary>
    /// <param name="folder">The run's folder.</param>
    public static IReadOnlyList<CurvePoint> Read(string folder)
    {
        try
        {
            return [.. UserFile.ReadLines(Path.Combine(folder, FileName)).Skip(1).Select(Parse)];
        }
        catch (Exception e) when (e is FormatException or OverflowException or IOException or UnauthorizedAccessException)
        {
            return []; // for display, not state: the run goes on without it
        }
    }

    internal void Add(CurvePoint point)
    {
        _points.Add(point);
        try
        {
            File.WriteAllLines(_path, _points.Select(Line).Prepend(Header));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // as above; a full disk is reported by the checkpoint
        }
    }

    private static string Line(CurvePoint point) => string.Create(CultureInfo.InvariantCulture,
        $"{point.Step},{point.Loss:0.#####},{point.LearningRate:0.########},{point.ExamplesPerSecond:0.#},{point.HeldOutAccuracy:0.####}");

    private static CurvePoint Parse(string line) => line.Split(',') is [var step, var loss, var rate, var speed, var accuracy]
        ? new(int.Parse(step, CultureInfo.InvariantCulture), Number(loss), Number(rate),
            Number(speed), accuracy.Length == 0 ? null : Number(accuracy))
        : throw new FormatException($"'{line}' is no row of a curve.");

    private static double Number(string text) => double.Parse(text, CultureInfo.InvariantCulture);
}
