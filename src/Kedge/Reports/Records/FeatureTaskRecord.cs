using System.Text.Json.Serialization;
using Kedge.Tasks;

namespace Kedge.Reports.Records;

/// <summary>A few-shot task of features in a file.</summary>
/// <param name="Task">The file.</param>
/// <param name="Bytes">Its size.</param>
/// <param name="Model">The model of the features; null where unknown.</param>
/// <param name="Fingerprint">That of class names and class features.</param>
/// <param name="ClassNames">The C names.</param>
/// <param name="Templates">The prompt templates.</param>
/// <param name="LogitScale">The logit scale: the factor of cosines.</param>
/// <param name="FeatureWidth">D.</param>
/// <param name="Views">Views of each support image.</param>
/// <param name="Support">N, support images.</param>
/// <param name="Query">Q, test images.</param>
/// <param name="Validation">Validation images.</param>
/// <param name="Anchors">K, words with features.</param>
internal sealed record FeatureTaskRecord(
    string Task, long Bytes, string? Model, string Fingerprint, IReadOnlyList<string> ClassNames, IReadOnlyList<string> Templates,
    float LogitScale, int FeatureWidth, int Views, int Support, int Query, int Validation, int Anchors)
{
    /// <summary>Test images that were left out, as they cannot be read; absent where none was.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public int LeftOut { get; private init; }

    /// <summary>The record of a task.</summary>
    /// <param name="path">The task's file, which is there.</param>
    /// <param name="task">The task.</param>
    public static FeatureTaskRecord From(string path, FeatureTask task)
    {
        var fewShot = task.Task;
        return new(
            path, new FileInfo(path).Length, task.Model, task.Fingerprint, fewShot.Classes.Names,
            fewShot.Classes.Templates, fewShot.Classes.LogitScale,
            fewShot.FeatureWidth, fewShot.Support.Views, fewShot.Support.Count, task.Query.Count, task.Validation?.Count ?? 0,
            fewShot.Anchors?.Names.Count ?? 0)
        {
            LeftOut = task.Query.LeftOut,
        };
    }
}
