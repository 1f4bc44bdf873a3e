using System.Text.Json.Serialization;
using Kedge.Evaluation;
using Kedge.FewShot;

namespace Kedge.Experiments;

/// <summary>The result of one method on one draw of a task.</summary>
public sealed record ComparisonRow
{
    /// <summary>The method, as <see cref="MethodVariant.Text"/>.</summary>
    public required string Method { get; init; }

    /// <summary>The task's name.</summary>
    public required string Task { get; init; }

    /// <summary>S, support images a class; <see langword="null"/> where classes have different numbers.</summary>
    public required int? Shots { get; init; }

    /// <summary>The seed of the support set's draw; <see langword="null"/> where it is unknown.</summary>
    public required int? Seed { get; init; }

    /// <summary>
    /// What it was evaluated on, where a protocol evaluates one fit on several splits: "base", "new", "harmonic" (the
    /// harmonic mean of the others), or the name of a data set; <see langword="null"/> where there is one split.
    /// </summary>
    public string? Part { get; init; }

    /// <summary>Top-1 accuracy on the queries, in per cent; <see langword="null"/> where the method failed.</summary>
    public double? Accuracy { get; init; }

    /// <summary>
    /// Balanced accuracy on the queries, the mean of the classes' recalls, in per cent; <see langword="null"/> where
    /// the method failed, for the harmonic mean, or in rows of earlier versions.
    /// </summary>
    [JsonPropertyName("balanced_accuracy")]
    public double? BalancedAccuracy { get; init; }

    /// <summary>Seconds to fit, excluding image encoding; <see langword="null"/> where the method failed.</summary>
    public double? FitSeconds { get; init; }

    /// <summary>
    /// Seconds to classify all queries, excluding image encoding; <see langword="null"/> where the method failed.
    /// </summary>
    public double? PredictSeconds { get; init; }

    /// <summary>Which data chose the hyper-parameters; <see langword="null"/> where the method failed.</summary>
    public string? Selection { get; init; }

    /// <summary>
    /// The size of the fitted classifier in numbers: all elements of its tensors, cached features of support images
    /// included; <see langword="null"/> where the method failed, or in rows of earlier versions.
    /// </summary>
    public long? Numbers { get; init; }

    /// <summary>
    /// The confusion matrix; <see langword="null"/> where the method failed, on further splits, above 100 classes, or
    /// in rows of earlier versions.
    /// </summary>
    [JsonInclude]
    internal ConfusionMatrix? Confusion { get; init; }

    /// <summary>
    /// Which queries were classified correctly: base64 of a bit a query, eight to a byte, the first in the lowest bit;
    /// <see langword="null"/> where the method failed, or in rows of earlier versions.
    /// </summary>
    [JsonPropertyName("right")]
    public string? Correct { get; init; }

    /// <summary>
    /// The number of parallel runs when its seconds were measured; <see langword="null"/> in rows of
    /// earlier versions, which ran one.
    /// </summary>
    [JsonPropertyName("at_once")]
    public int? Parallelism { get; init; }

    /// <summary>Why the method failed; <see langword="null"/> where it did not.</summary>
    public string? Error { get; init; }

    /// <summary>N, support images.</summary>
    public required int Support { get; init; }

    /// <summary>Q, test images.</summary>
    public required int Queries { get; init; }

    /// <summary>Test images that were left out, as they cannot be read; default none.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public int LeftOut { get; init; }

    /// <summary>The model that encoded the images.</summary>
    public required string Model { get; init; }

    /// <summary>The fingerprint of the feature space.</summary>
    public required string ModelFingerprint { get; init; }

    /// <summary>The fingerprint of support images, queries, class names and templates.</summary>
    public required string TaskFingerprint { get; init; }

    /// <summary>Identifies the run: rows of one run have equal keys.</summary>
    internal (string, string, int?, int?, string, string, string?) Key =>
        (Task, Method, Shots, Seed, ModelFingerprint, TaskFingerprint, Part);
}
