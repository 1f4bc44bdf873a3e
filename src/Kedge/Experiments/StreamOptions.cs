namespace Kedge.Experiments;

/// <summary>How classes arrive in a continual comparison.</summary>
/// <param name="Tasks">T, tasks that the classes of a data set are parted into, at least 1. Default 10.</param>
/// <param name="Memory">m, images of each class before, 0 or above, for methods that learn all classes at once. Default
/// 4.</param>
internal sealed record StreamOptions(int Tasks = 10, int Memory = 4);
