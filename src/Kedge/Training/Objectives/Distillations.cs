using Kedge.Clip.Towers;
using static TorchSharp.torch;

namespace Kedge.Training.Objectives;

/// <summary>The terms of text distillation of a run, one a teacher, each with batches of its own.</summary>
internal sealed class Distillations : IDisposable
{
    private readonly TextDistillation[] _objectives;

    /// <summary>Prepares the targets of all teachers.</summary>
    /// <param name="network">The CLIP whose text tower is trained; not owned.</param>
    /// <param name="data">The teachers, none of which gives no terms, and the image moment.</param>
    /// <param name="options">Weight, batch size, steps and seed.</param>
    /// <param name="device">The network's device.</param>
    /// <exception cref="KedgeException">A teacher of the joint space has another width than the network.</exception>
    public Distillations(ClipNetwork network, PretrainingData data, PretrainingOptions options, Device device)
    {
        _objectives = [.. data.Teachers.Select(teacher =>
            new TextDistillation(network, teacher, options.TeacherWeight, device, data.ImageMoment))];
        Terms = [.. _objectives.Zip(data.Teachers, (objective, teacher) => (teacher, objective)).Select((pair, index) =>
            new TrainingTerm<DistillationBatch>(pair.objective, step => pair.teacher.BatchesFrom(step, options, salt: 1 + index)))];
    }

    /// <summary>The terms, in the order of the teachers.</summary>
    public IReadOnlyList<ITrainingTerm> Terms { get; }

    public void Dispose()
    {
        foreach (var objective in _objectives)
            objective.Dispose();
    }
}
