using System.Security.Cryptography;
using System.Text.Json;
using System.Text.Json.Nodes;
using Kedge.Clip.Towers;

namespace Kedge.Training.Objectives;

/// <summary>What must be the same for a run of the <see cref="ContrastiveTrainer"/> to be resumed.</summary>
/// <param name="Architecture">The network.</param>
/// <param name="Options">How it is trained.</param>
/// <param name="Data">SHA-256 of the names, groups and captions of all images in their order; not of the pixels, which would have to be read for it.</param>
/// <param name="Teacher">SHA-256 of the text teacher; empty without one.</param>
/// <param name="Start">Fingerprint of the weights that it starts from; empty for an initialisation.</param>
internal sealed record PretrainingRun(ClipConfiguration Architecture, PretrainingOptions Options, string Data, string Teacher, string Start)
{
    private static readonly Dictionary<string, string> Digests = new()
    {
        [nameof(Data)] = "other images or captions",
        [nameof(Teacher)] = "another text teacher or none",
        [nameof(Start)] = "other weights to start from or none",
    };

    /// <summary>The run as its checkpoints have it.</summary>
    public RunIdentity Identity() => new((JsonObject)JsonSerializer.SerializeToNode(this)!, Digests);

    public static PretrainingRun Create(TrainingStart start, PretrainingOptions options, PretrainingData data) => new(
        start.Architecture, options, Digest(data.Pairs.Select(pair => (object)new { pair.Image.Name, pair.Group, pair.Captions })),
        data.Teacher is { } teacher ? Digest(teacher.Names.Zip(teacher.Features, (name, features) => (object)new { name, features })) : "", start.Fingerprint);

    private static string Digest(IEnumerable<object> rows)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (var row in rows)
            hash.AppendData(JsonSerializer.SerializeToUtf8Bytes(row));
        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }
}
