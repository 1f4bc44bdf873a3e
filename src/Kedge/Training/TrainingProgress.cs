namespace Kedge.Training;

/// <summary>The progress of a training run.</summary>
/// <param name="Steps">Steps in all.</param>
/// <param name="Latest">The latest point of the training curve.</param>
/// <param name="Remaining">The estimated remaining time.</param>
internal readonly record struct TrainingProgress(int Steps, CurvePoint Latest, TimeSpan Remaining);
