namespace Kedge.Training;

/// <summary>How far a training run is.</summary>
/// <param name="Steps">Steps in all.</param>
/// <param name="Latest">What the last steps gave.</param>
/// <param name="Remaining">Time that the rest takes at this speed.</param>
internal readonly record struct TrainingProgress(int Steps, CurvePoint Latest, TimeSpan Remaining);
