
namespace Kedge.Reports.Records;

/// <summary>What a training run has made.</summary>
/// <param name="Model">The file of the weights.</param>
/// <param name="Steps">Steps trained.</param>
/// <param name="HeldOutImages">Images that accuracy was measured on.</param>
/// <param name="ZeroShotTop1">The share of them that is right, 0 to 1; null where none was measured.</param>
internal sealed record TrainingRecord(string Model, int Steps, int HeldOutImages, double? ZeroShotTop1);
