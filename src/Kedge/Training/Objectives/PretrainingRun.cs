using System.Security.Cryptography;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using Kedge.Clip.Towers;
using Kedge.Imaging;

namespace Kedge.Training.Objectives;

/// <summary>The identity of a run of the <see cref="ContrastiveTrainer"/>, which must be equal to resume it.</summary>
/// <param name="Architecture">The architecture.</param>
/// <param name="Options">The options.</param>
/// <param name="Data">
/// SHA-256 of the names, groups and captions of all images in their order; not of the pixels, to avoid reading them.
/// </param>
/// <param name="Teacher">SHA-256 of the teachers' text features and the image moment; empty without any.</param>
/// <param name="Start">Fingerprint of the initial weights; empty for training from scratch.</param>
internal sealed record PretrainingRun(ClipConfiguration Architecture, PretrainingOptions Options, string Data, string Teacher, string Start)
{
    private static readonly Dictionary<string, string> Digests = new()
    {
        [nameof(Data)] = "other images or captions",
        [nameof(Teacher)] = "another text teacher or none",
        [nameof(Pixels)] = "another mean, std or interpolation",
        [nameof(Start)] = "other weights to start from or none",
    };

    /// <summary>
    /// Mean, std and interpolation; null where there are no pairs, and for those of OpenAI's models, which all runs of
    /// earlier versions had.
    /// </summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Pixels { get; init; }

    /// <summary>The identity as stored in checkpoints.</summary>
    public RunIdentity Identity() => new((JsonObject)JsonSerializer.SerializeToNode(this)!, Digests);

    public static PretrainingRun Create(TrainingStart start, PretrainingOptions options, PretrainingData data) => new(
        start.Architecture, options, Digest(data.Pairs.Select(pair => (object)new { pair.Image.Name, pair.Group, pair.Captions })),
        data.Teachers.Count == 0 ? "" : Digest(data.Teachers.SelectMany(teacher =>
            teacher.Names.Zip(teacher.Features, (name, features) => (object)new { name, features }))
            .Concat(data.ImageMoment is { } moment ? [new { moment.Values }] : [])),
        start.Fingerprint)
    {
        Pixels = data.Pairs.Count == 0 ? null : Describe(start.Preprocessing),
    };

    private static string? Describe(Preprocessing pixels) =>
        pixels == new Preprocessing { Resolution = pixels.Resolution } ? null
            : JsonSerializer.Serialize((object[])[pixels.Mean, pixels.Std, pixels.Kernel]);

    private static string Digest(IEnumerable<object> rows)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (var row in rows)
            hash.AppendData(JsonSerializer.SerializeToUtf8Bytes(row));
        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }
}
