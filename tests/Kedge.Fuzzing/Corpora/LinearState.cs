using System.Text.Json.Nodes;
using Kedge.Tests.Training;
using Kedge.Training;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Kedge.Fuzzing.Corpora;

/// <summary>The state of a training run of a linear map.</summary>
internal sealed class LinearState : IDisposable
{
    private readonly Linear _map = nn.Linear(3, 2);
    private readonly LeastSquares _objective;

    public LinearState()
    {
        _objective = new LeastSquares(_map);
        State = new TrainingState(_map, [new TrainingTerm<Examples>(_objective, _ => [])], LinearRun.Options);
    }

    public static RunIdentity Identity { get; } = new(new JsonObject { ["Map"] = "linear" }, new Dictionary<string, string>());

    public TrainingState State { get; }

    public void Dispose()
    {
        State.Dispose();
        _objective.Dispose();
        _map.Dispose();
    }
}
