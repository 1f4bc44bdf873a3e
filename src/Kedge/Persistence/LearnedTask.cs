using System.Text.Json.Serialization;

namespace Kedge.Persistence;

/// <summary>A task of a classifier that learns classes over time.</summary>
/// <param name="Name">The name of its data.</param>
/// <param name="ClassNames">The classes that it brought, in the order of their labels.</param>
/// <param name="Images">How many images were learned from.</param>
internal sealed record LearnedTask(string Name, IReadOnlyList<string> ClassNames, int Images)
{
    /// <summary>
    /// Top-1 accuracy on the task's own test images right after it was learned, among all classes known then;
    /// <see langword="null"/> where there were no test images.
    /// </summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public double? Accuracy { get; init; }

    /// <summary>How many test images that was measured on.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public int? TestImages { get; init; }
}
