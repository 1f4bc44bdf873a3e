using Kedge.Runtime;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Kedge.Training;

/// <summary>One term of the loss that a <see cref="TrainingLoop"/> minimises; the terms of a run are added.</summary>
internal interface ITrainingTerm
{
    /// <inheritdoc cref="ITrainingObjective{TBatch}.Parameters"/>
    IReadOnlyList<Parameter> Parameters { get; }

    /// <inheritdoc cref="ITrainingObjective{TBatch}.State"/>
    IReadOnlyDictionary<string, Tensor> State { get; }

    /// <summary>
    /// The term's losses of the steps from <paramref name="first"/> on; advancing accumulates their gradients.
    /// </summary>
    IEnumerable<double> LossesFrom(int first);

    /// <inheritdoc cref="ITrainingObjective{TBatch}.AfterStep"/>
    void AfterStep(int step);
}

/// <summary>A term of the loss: an objective and its batches.</summary>
/// <param name="objective">The objective.</param>
/// <param name="batches">
/// The batches of each step from a given one on, up to the run's last. Their gradients are averaged (gradient
/// accumulation), and each is back-propagated before the next loss is computed. They must be determined by the step
/// alone, so that runs can be resumed.
/// </param>
internal sealed class TrainingTerm<TBatch>(ITrainingObjective<TBatch> objective, Func<int, IEnumerable<TBatch[]>> batches) : ITrainingTerm
{
    public IReadOnlyList<Parameter> Parameters => objective.Parameters;

    public IReadOnlyDictionary<string, Tensor> State => objective.State;

    public IEnumerable<double> LossesFrom(int first) => batches(first).Select(step => step.Sum(batch => Backward(batch, step.Length)));

    public void AfterStep(int step) => objective.AfterStep(step);

    /// <summary>Accumulates the gradients of one of a step's batches; returns its share of the step's loss.</summary>
    private double Backward(TBatch batch, int accumulated)
    {
        using var scope = NewDisposeScope();
        var loss = objective.Loss(batch).Div(accumulated);
        loss.backward();
        return loss.item<float>();
    }
}
