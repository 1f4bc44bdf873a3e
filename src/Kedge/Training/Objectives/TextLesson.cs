using Kedge.Clip;
using Kedge.Features;
using Kedge.Runtime;
using static TorchSharp.torch;

namespace Kedge.Training.Objectives;

/// <summary>What a <see cref="TextTeacher"/> adds to a step: the mean of 1 − cos between the tower's features of some names and the teacher's.</summary>
internal sealed class TextLesson(TextTeacher teacher, int width, PretrainingOptions options, Device device) : IDisposable
{
    private readonly Tensor _targets = teacher.Targets(width, device); // [M, D]

    /// <summary>Adds the gradients of a step's names, and gives the weighted loss.</summary>
    public double Backward(ClipNetwork network, int step)
    {
        using var scope = NewDisposeScope();
        var (rows, texts) = teacher.Draw(options.TeacherBatchSize, StepRandom.Of(options.Seed, step, salt: 1));
        var features = CaptionEncoder.Encode(network, texts, device).Unit(); // [n, D]
        var targets = _targets.index_select(0, tensor(rows.Select(row => (long)row).ToArray(), device: device));
        var loss = options.TeacherWeight * (1 - (features * targets).sum(dim: 1)).mean();
        loss.backward();
        return loss.item<float>();
    }

    public void Dispose() => _targets.Dispose();
}
