using System.Security.Cryptography;
using System.Text.Json;
using System.Text.Json.Nodes;
using Kedge.Clip;
using Kedge.Training.Objectives;

namespace Kedge.Training;

/// <summary>What makes a run the one it is: only a checkpoint of the same run can be gone on from.</summary>
/// <param name="Architecture">The network.</param>
/// <param name="Options">How it is trained.</param>
/// <param name="Data">SHA-256 of the names, groups and captions of all images in their order; not of the pixels, which would have to be read for it.</param>
/// <param name="Teacher">SHA-256 of the text teacher; empty without one.</param>
/// <param name="Start">Fingerprint of the weights that it starts from; empty for an initialisation.</param>
internal sealed record TrainingRun(ClipConfiguration Architecture, PretrainingOptions Options, string Data, string Teacher, string Start)
{
    public static TrainingRun Of(TrainingStart start, PretrainingOptions options, PretrainingData data) => new(
        start.Architecture, options, Digest(data.Pairs.Select(pair => (object)new { pair.Image.Name, pair.Group, pair.Captions })),
        data.Teacher is { } teacher ? Digest(teacher.Names.Zip(teacher.Features, (name, features) => (object)new { name, features })) : "", start.Fingerprint);

    private static string Digest(IEnumerable<object> rows)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (var row in rows)
            hash.AppendData(JsonSerializer.SerializeToUtf8Bytes(row));
        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }

    /// <summary>What another run has that this one has not, with values; empty for the same run.</summary>
    public string DifferencesOf(TrainingRun other)
    {
        var own = Leaves(this).ToDictionary();
        return string.Join(", ", from leaf in Leaves(other)
                                 let asked = own.GetValueOrDefault(leaf.Path)
                                 where leaf.Value != asked
                                 select leaf.Path switch
                                 {
                                     nameof(Data) => "other images or captions",
                                     nameof(Teacher) => "another text teacher or none",
                                     nameof(Start) => "other weights to start from or none",
                                     _ => $"{leaf.Path} {leaf.Value} instead of {asked ?? "none"}",
                                 });
    }

    private static IEnumerable<(string Path, string Value)> Leaves(TrainingRun run) => Leaves(JsonSerializer.SerializeToNode(run)!);

    private static IEnumerable<(string Path, string Value)> Leaves(JsonNode node) => node is JsonObject parent
        ? parent.SelectMany(child => Leaves(child.Value!))
        : [(node.GetPath()["$.".Length..], node.ToJsonString())];
}
