using Kedge.Clip.Towers;
using Kedge.Features;
using Kedge.Imaging;
using Kedge.Runtime;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Kedge.Training.Objectives;

/// <summary>
/// A contrastive objective over image-caption pairs, with a learned logit scale of at most 100 (Radford et al. 2021,
/// §2.5). Subclasses define the loss.
/// </summary>
/// <param name="network">The trained CLIP; not owned.</param>
/// <param name="preprocessing">The normalisation of crops.</param>
/// <param name="precision">The precision of the image tower.</param>
/// <param name="device">The network's device.</param>
internal abstract class ContrastiveObjective(ClipNetwork network, Preprocessing preprocessing, TrainingPrecision precision, Device device)
    : ITrainingObjective<PairBatch>, IDisposable
{
    private const double MaxLogScale = 4.605170185988092; // ln 100 (CLIP §2.5)

    public virtual IReadOnlyList<Parameter> Parameters { get; } = [.. network.parameters()];

    public virtual IReadOnlyDictionary<string, Tensor> State { get; } = new Dictionary<string, Tensor>();

    /// <summary>The objective of a kind of loss.</summary>
    public static ContrastiveObjective Create(
        ContrastiveLoss loss, ClipNetwork network, Preprocessing preprocessing, TrainingPrecision precision, Device device) =>
        loss == ContrastiveLoss.Sigmoid
            ? new SigmoidObjective(network, preprocessing, precision, device)
            : new InfoNceObjective(network, preprocessing, precision, device);

    public Tensor Loss(PairBatch batch)
    {
        var images = network.visual.Forward(Pixels(batch.Crops, preprocessing, precision, device)).to(ScalarType.Float32).Unit(); // [B, D]
        var texts = CaptionEncoder.Encode(network, batch.Captions, device).Unit(); // [B + M, D]
        return Loss(images, texts, network.logit_scale.exp());
    }

    public void AfterStep(int step) => network.logit_scale.Clamp_(0.0, MaxLogScale);

    public virtual void Dispose() => GC.SuppressFinalize(this);

    /// <summary>
    /// The image tower's input from B crops: [B, 3, R, R] in the memory format channels last, the
    /// fastest for convolutions.
    /// </summary>
    public static Tensor Pixels(IReadOnlyList<RgbImage> crops, Preprocessing preprocessing, TrainingPrecision precision, Device device)
    {
        var format = precision == TrainingPrecision.BF16 ? ScalarType.BFloat16 : ScalarType.Float32;
        return preprocessing.ToTensor(crops).to(device).to(format).permute(0, 2, 3, 1).contiguous().permute(0, 3, 1, 2);
    }

    /// <summary>The loss of unit features; row i of both is pair i.</summary>
    /// <param name="images">[B, D].</param>
    /// <param name="texts">[B + M, D]; the last M match no image.</param>
    /// <param name="logitScale">Scalar; multiplies the cosines.</param>
    protected abstract Tensor Loss(Tensor images, Tensor texts, Tensor logitScale);
}
