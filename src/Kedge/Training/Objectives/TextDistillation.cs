using Kedge.Clip.Towers;
using Kedge.Features;
using Kedge.Runtime;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Kedge.Training.Objectives;

/// <summary>The texts of one step of distillation.</summary>
/// <param name="Rows">The row of each name in the teacher's features.</param>
/// <param name="Texts">The prompts of the names.</param>
internal sealed record DistillationBatch(int[] Rows, string[] Texts);

/// <summary>
/// Text distillation: the trained text tower, the student, is fitted to a teacher's features of the same names,
/// so that words without images are learned too. The loss is the mean of 1 − cos over the batch, times a
/// weight. No image is needed. With an image moment M (<see cref="ImageMoment"/>) the mean of 1 − cos of the features
/// times M is added: ⟨Mf, Mt⟩ = mean over images z of (z · f)(z · t), so that features agree in what images
/// distinguish.
/// </summary>
internal sealed class TextDistillation : ITrainingObjective<DistillationBatch>, IDisposable
{
    private readonly ClipNetwork _network;
    private readonly double _weight;
    private readonly Device _device;
    private readonly Tensor _targets; // [M, D]
    private readonly Tensor? _moment; // [D, D]

    /// <summary>Prepares the targets.</summary>
    /// <param name="network">The CLIP whose text tower is trained; not owned.</param>
    /// <param name="teacher">The teacher's features of M names.</param>
    /// <param name="weight">The weight of the loss, 0 or more.</param>
    /// <param name="device">The network's device.</param>
    /// <param name="moment">
    /// The image moment, for a teacher in the joint space; <see langword="null"/> for none.
    /// </param>
    public TextDistillation(ClipNetwork network, TeacherTextFeatures teacher, double weight, Device device, ImageMoment? moment = null)
    {
        (_network, _weight, _device) = (network, weight, device);
        _targets = teacher.Targets(network.Configuration.FeatureWidth, device);
        _moment = moment?.ToTensor(network.Configuration.FeatureWidth, device);
        Parameters =
        [
            .. network.transformer.parameters(), .. network.token_embedding.parameters(), network.positional_embedding,
            .. network.ln_final.parameters(), network.text_projection,
        ];
    }

    public IReadOnlyList<Parameter> Parameters { get; }

    public Tensor Loss(DistillationBatch batch)
    {
        var features = CaptionEncoder.Encode(_network, batch.Texts, _device).Unit(); // [B, D]
        var targets = _targets.index_select(0, tensor(batch.Rows.Select(row => (long)row).ToArray(), device: _device)); // [B, D]
        var loss = Distance(features, targets);
        if (_moment is not null)
            loss = loss.Add(Distance(features.matmul(_moment).Unit(), targets.matmul(_moment).Unit()));
        return loss.Mul(_weight);
    }

    public void Dispose()
    {
        _targets.Dispose();
        _moment?.Dispose();
    }

    private static Tensor Distance(Tensor features, Tensor targets) => (features * targets).sum(dim: 1).SubFrom(1).mean();
}
