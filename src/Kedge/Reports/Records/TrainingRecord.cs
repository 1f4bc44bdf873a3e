
namespace Kedge.Reports.Records;

/// <summary>The result of a training run.</summary>
/// <param name="Model">The file of the weights.</param>
/// <param name="Steps">Steps trained.</param>
/// <param name="HeldOutImages">Images that accuracy was measured on.</param>
/// <param name="ZeroShotTop1">Zero-shot top-1 accuracy on them, 0 to 1; null where none was measured.</param>
internal sealed record TrainingRecord(string Model, int Steps, int HeldOutImages, double? ZeroShotTop1);
