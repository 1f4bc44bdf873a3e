using Kedge.Clip.Towers;
using Kedge.Imaging;
using static TorchSharp.torch;

namespace Kedge.Training.Objectives;

/// <summary>
/// CLIP's objective, InfoNCE: softmax over the batch in both directions (<see cref="ContrastiveLosses.InfoNce"/>).
/// </summary>
internal sealed class InfoNceObjective(ClipNetwork network, Preprocessing preprocessing, TrainingPrecision precision, Device device)
    : ContrastiveObjective(network, preprocessing, precision, device)
{
    protected override Tensor Loss(Tensor images, Tensor texts, Tensor logitScale) => ContrastiveLosses.InfoNce(images, texts, logitScale);
}
