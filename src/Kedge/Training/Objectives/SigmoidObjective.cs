using Kedge.Clip.Towers;
using Kedge.Imaging;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Kedge.Training.Objectives;

/// <summary>
/// SigLIP's objective: pairwise sigmoid loss (<see cref="ContrastiveLosses.Sigmoid"/>) with a learned bias.
/// </summary>
internal sealed class SigmoidObjective : ContrastiveObjective
{
    private const float FirstLogitBias = -10; // Zhai et al. 2023, §3.2
    private readonly Parameter _logitBias;

    /// <inheritdoc cref="ContrastiveObjective(ClipNetwork, Preprocessing, TrainingPrecision, Device)"/>
    public SigmoidObjective(ClipNetwork network, Preprocessing preprocessing, TrainingPrecision precision, Device device)
        : base(network, preprocessing, precision, device)
    {
        _logitBias = new Parameter(tensor(FirstLogitBias, device: device));
        Parameters = [.. base.Parameters, _logitBias];
        State = new Dictionary<string, Tensor> { ["logit_bias"] = _logitBias };
    }

    public override IReadOnlyList<Parameter> Parameters { get; }

    public override IReadOnlyDictionary<string, Tensor> State { get; }

    public override void Dispose()
    {
        _logitBias.Dispose();
        base.Dispose();
    }

    protected override Tensor Loss(Tensor images, Tensor texts, Tensor logitScale) =>
        ContrastiveLosses.Sigmoid(images, texts, logitScale, _logitBias);
}
