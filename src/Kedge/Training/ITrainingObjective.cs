using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Kedge.Training;

/// <summary>What a <see cref="TrainingLoop"/> minimises: a loss, what is trained by it, and the state that it keeps.</summary>
/// <typeparam name="TBatch">What one loss is computed from: pairs, crops of images, texts, ….</typeparam>
internal interface ITrainingObjective<in TBatch>
{
    /// <summary>
    /// What the optimiser changes: weights of the trained module, all or some, and others of the objective's own (a prediction
    /// head, a bias). Several objectives may name the same ones.
    /// </summary>
    IReadOnlyList<Parameter> Parameters { get; }

    /// <summary>
    /// Every tensor beside the trained module's that steps change, by the name that a checkpoint has for it: parameters of the
    /// objective's own, running statistics, the weights of a teacher. A resumed run copies the stored values into them.
    /// </summary>
    IReadOnlyDictionary<string, Tensor> State => new Dictionary<string, Tensor>();

    /// <summary>The loss of a batch, a scalar in F32 with its gradients' graph; the loop disposes of all that was made for it.</summary>
    /// <param name="batch">The batch.</param>
    Tensor Loss(TBatch batch);

    /// <summary>Called after every step of the optimiser, without gradients: limits of weights, the update of a teacher.</summary>
    /// <param name="step">The step that was taken, from 0.</param>
    void AfterStep(int step)
    {
    }
}
