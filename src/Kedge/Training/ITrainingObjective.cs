using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Kedge.Training;

/// <summary>
/// A training objective of a <see cref="TrainingLoop"/>: a loss, its trainable parameters and its state.
/// </summary>
/// <typeparam name="TBatch">The batch that a loss is computed from: pairs, crops of images, texts, ….</typeparam>
internal interface ITrainingObjective<in TBatch>
{
    /// <summary>
    /// The trainable parameters: weights of the trained module, all or some, and those of the objective itself (a
    /// prediction head, a bias). Several objectives may share parameters.
    /// </summary>
    IReadOnlyList<Parameter> Parameters { get; }

    /// <summary>
    /// Every tensor outside the trained module that steps change, by its name in checkpoints: the objective's own
    /// parameters, running statistics, the weights of a teacher. A resumed run copies the stored values into them.
    /// </summary>
    IReadOnlyDictionary<string, Tensor> State => new Dictionary<string, Tensor>();

    /// <summary>
    /// The loss of a batch, an F32 scalar attached to the autograd graph; the loop disposes of all tensors made for it.
    /// </summary>
    /// <param name="batch">The batch.</param>
    Tensor Loss(TBatch batch);

    /// <summary>
    /// Called after every optimiser step, without gradients: to clamp weights, or to update a teacher.
    /// </summary>
    /// <param name="step">The step that was taken, from 0.</param>
    void AfterStep(int step)
    {
    }
}
