using System.Text.Json.Nodes;
using Kedge.Runtime;
using Kedge.Training;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Kedge.Tests.Training;

/// <summary>Examples of a linear map.</summary>
internal sealed record Examples(Tensor Inputs, Tensor Outputs);

/// <summary>
/// An objective without a CLIP: a linear map is found by least squares, with a bias and a count of
/// steps of the objective's own.
/// </summary>
internal sealed class LeastSquares(Linear map, string name = "least_squares") : ITrainingObjective<Examples>, IDisposable
{
    private readonly Parameter _bias = new(zeros(1));
    private readonly Tensor _steps = zeros(1);

    public IReadOnlyList<Parameter> Parameters => [.. map.parameters(), _bias];

    public IReadOnlyDictionary<string, Tensor> State =>
        new Dictionary<string, Tensor> { [$"{name}.bias"] = _bias, [$"{name}.steps"] = _steps };

    public Tensor Loss(Examples batch) => (map.forward(batch.Inputs) + _bias - batch.Outputs).square().mean();

    public void AfterStep(int step) => _steps.fill_(step + 1);

    public void Dispose()
    {
        _bias.Dispose();
        _steps.Dispose();
    }
}

/// <summary>Runs of the loop with nothing of CLIP in them.</summary>
internal static class LinearRun
{
    public const int Steps = 60;

    public static TrainingOptions Options { get; } = new(
        Steps, LearningRate: 0.1, WarmUpSteps: 5, WeightDecay: 0, Beta2: 0.98, ClipNorm: 10, AverageDecay: 0.8, CheckpointEvery: 25);

    /// <summary>Runs, or goes on; gives the mean squared error of the averaged map at each checkpoint.</summary>
    public static List<double> Run(
        string folder, TrainingOptions? options = null, int accumulated = 1, int terms = 1, CancellationToken cancellation = default)
    {
        using var map = nn.Linear(3, 2);
        using (no_grad())
        {
            foreach (var weight in map.parameters())
                weight.zero_();
        }
        LeastSquares[] objectives = [.. Enumerable.Range(0, terms).Select(i => new LeastSquares(map, $"least_squares_{i}"))];
        var errors = new List<double>();
        var loop = new TrainingLoop(map, [.. objectives.Select(objective => new TrainingTerm<Examples>(objective, BatchesFrom))],
            options ?? Options)
        {
            HeldOutAccuracy = average =>
            {
                using var scope = NewDisposeScope();
                var test = Draw(step: -1);
                var outputs = matmul(test.Inputs, average!.Values["weight"].t()).add(average.Values["bias"]);
                errors.Add((outputs - test.Outputs).square().mean().item<float>());
                return 0;
            },
        };
        var identity = new RunIdentity(new JsonObject { ["Map"] = "linear", ["Steps"] = (options ?? Options).Steps },
            new Dictionary<string, string>());
        try
        {
            loop.Run(identity, folder, cancellation: cancellation);
        }
        finally
        {
            foreach (var objective in objectives)
                objective.Dispose();
        }
        return errors;

        IEnumerable<Examples[]> BatchesFrom(int first) => Enumerable.Range(first, (options ?? Options).Steps - first)
            .Select(step => Enumerable.Repeat(step, accumulated).Select(Draw).ToArray());
    }

    /// <summary>Outputs are 2 x₀ − x₁ + 0.5 and x₂ + 0.5.</summary>
    private static Examples Draw(int step)
    {
        var random = StepRandom.Create(seed: 1, step);
        float[] inputs = [.. Enumerable.Range(0, 8 * 3).Select(_ => random.NextSingle() - 0.5f)];
        float[] outputs = [.. inputs.Chunk(3).SelectMany(x => (float[])[(2 * x[0]) - x[1] + 0.5f, x[2] + 0.5f])];
        return new(tensor(inputs, 8, 3), tensor(outputs, 8, 2));
    }
}
