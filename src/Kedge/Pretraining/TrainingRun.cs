using System.Security.Cryptography;
using System.Text.Json;
using System.Text.Json.Nodes;
using Kedge.Clip;

namespace Kedge.Pretraining;

/// <summary>What makes a run the one it is: only a checkpoint of the same run can be gone on from.</summary>
/// <param name="Architecture">The network.</param>
/// <param name="Options">How it is trained.</param>
/// <param name="Data">SHA-256 of the names, groups and captions of all images in their order; not of the pixels, which would have to be read for it.</param>
internal sealed record TrainingRun(ClipConfiguration Architecture, PretrainingOptions Options, string Data)
{
    public static TrainingRun Of(ClipConfiguration architecture, PretrainingOptions options, IReadOnlyList<CaptionedImage> pairs)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (var pair in pairs)
            hash.AppendData(JsonSerializer.SerializeToUtf8Bytes(new { pair.Image.Name, pair.Group, pair.Captions }));
        return new(architecture, options, Convert.ToHexStringLower(hash.GetHashAndReset()));
    }

    /// <summary>What another run has that this one has not, with values; empty for the same run.</summary>
    public string DifferencesOf(TrainingRun other)
    {
        var own = Leaves(this).ToDictionary();
        return string.Join(", ", from leaf in Leaves(other)
                                 let asked = own.GetValueOrDefault(leaf.Path)
                                 where leaf.Value != asked
                                 select leaf.Path == nameof(Data) ? "other images or captions" : $"{leaf.Path} {leaf.Value} instead of {asked ?? "none"}");
    }

    private static IEnumerable<(string Path, string Value)> Leaves(TrainingRun run) => Leaves(JsonSerializer.SerializeToNode(run)!);

    private static IEnumerable<(string Path, string Value)> Leaves(JsonNode node) => node is JsonObject parent
        ? parent.SelectMany(child => Leaves(child.Value!))
        : [(node.GetPath()["$.".Length..], node.ToJsonString())];
}
