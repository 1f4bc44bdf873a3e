using System.Text.Json.Serialization;
using Kedge.Evaluation;
using Kedge.FewShot;

namespace Kedge.Experiments;

/// <summary>What one method came to on one draw of a task.</summary>
public sealed record ComparisonRow
{
    /// <summary>The method, as <see cref="MethodVariant.Text"/>.</summary>
    public required string Method { get; init; }

    /// <summary>The task's name.</summary>
    public required string Task { get; init; }

    /// <summary>S, support images a class; <see langword="null"/> where classes have different numbers.</summary>
    public required int? Shots { get; init; }

    /// <summary>What drew the support images; <see langword="null"/> where nobody knows.</summary>
    public required int? Seed { get; init; }

    /// <summary>
    /// What it was tested on, where a protocol tests one fit on several parts: "base", "new", "harmonic" (the harmonic mean of the others), or the name of a data set;
    /// <see langword="null"/> where there is one part.
    /// </summary>
    public string? Part { get; init; }

    /// <summary>Top-1 accuracy on the queries, in per cent; <see langword="null"/> where the method failed.</summary>
    public double? Accuracy { get; init; }

    /// <summary>Seconds to fit, features being at hand; <see langword="null"/> where the method failed.</summary>
    public double? FitSeconds { get; init; }

    /// <summary>Seconds to classify all queries, features being at hand; <see langword="null"/> where the method failed.</summary>
    public double? PredictSeconds { get; init; }

    /// <summary>Which data chose the hyper-parameters; <see langword="null"/> where the method failed.</summary>
    public string? Selection { get; init; }

    /// <summary>
    /// How many numbers the fitted classifier consists of: all that its file would hold, features of images that it remembers among them;
    /// <see langword="null"/> where the method failed, or in rows of earlier versions.
    /// </summary>
    public long? Numbers { get; init; }

    /// <summary>What was taken for what; <see langword="null"/> where the method failed, on further parts, above 100 classes, or in rows of earlier versions.</summary>
    [JsonInclude]
    internal Confusion? Confusion { get; init; }

    /// <summary>
    /// Which queries were right: base64 of a bit a query, eight to a byte, the first in the lowest bit; <see langword="null"/> where the method failed, or in rows of earlier versions.
    /// </summary>
    public string? Right { get; init; }

    /// <summary>How many runs could go on at once when its seconds were measured; <see langword="null"/> in rows of earlier versions, which ran one.</summary>
    [JsonPropertyName("atOnce")]
    public int? Parallelism { get; init; }

    /// <summary>Why the method failed; <see langword="null"/> where it did not.</summary>
    public string? Error { get; init; }

    /// <summary>N, support images.</summary>
    public required int Support { get; init; }

    /// <summary>Q, images that accuracy was measured on.</summary>
    public required int Queries { get; init; }

    /// <summary>What encoded the images.</summary>
    public required string Model { get; init; }

    /// <summary>Different for another feature space.</summary>
    public required string ModelFingerprint { get; init; }

    /// <summary>Different for any other support image, query, class name or template.</summary>
    public required string TaskFingerprint { get; init; }

    /// <summary>Two rows of the same key are of the same run.</summary>
    internal (string, string, int?, int?, string, string, string?) Key => (Task, Method, Shots, Seed, ModelFingerprint, TaskFingerprint, Part);
}
