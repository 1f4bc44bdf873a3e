using System.Text.Json.Nodes;
using Kedge.Imaging;
using Kedge.Tensors;

namespace Kedge.Checkpoints;

/// <summary>
/// The settings that <c>kedge pretrain</c> writes into the metadata of its weights: a JSON object of what shapes do not
/// show, and of the two sizes that it belongs to.
/// </summary>
internal static class RecordedSettings
{
    /// <summary>Its name in the metadata.</summary>
    public const string Key = "kedge_settings";

    private const string Source = "the weights' metadata", ImageHeads = "image_heads"; // none in a ResNet of basic blocks

    private static readonly string[] Fields =
        ["activation", "text_heads", "mean", "std", "interpolation", "resolution", "context_length"];

    /// <summary>The metadata of weights.</summary>
    /// <param name="declared">Heads, activation and all of the preprocessing.</param>
    /// <param name="resolution">Side of the input in pixels.</param>
    /// <param name="contextLength">Positions of the text tower.</param>
    public static Dictionary<string, string> Write(DeclaredArchitecture declared, int resolution, int contextLength)
    {
        var record = new JsonObject
        {
            ["activation"] = declared.Activation == Activation.Gelu ? "gelu" : "quick_gelu",
            ["text_heads"] = declared.TextHeads,
            ["mean"] = Channels(declared.Preprocessing.Mean!.Value),
            ["std"] = Channels(declared.Preprocessing.Std!.Value),
            ["interpolation"] = declared.Preprocessing.Kernel == ResampleKernel.Bilinear ? "bilinear" : "bicubic",
            ["resolution"] = resolution,
            ["context_length"] = contextLength,
        };
        if (declared.VisionHeads is { } heads)
            record[ImageHeads] = heads;
        return new() { [Key] = record.ToJsonString() };
    }

    /// <summary>Reads them; null where the weights have none.</summary>
    /// <exception cref="KedgeException">They are malformed, or hold more or less than expected.</exception>
    public static CheckpointSettings? Find(TensorSource weights)
    {
        if (!weights.Metadata.TryGetValue(Key, out var json))
            return null;
        using var record = SettingsFile.Parse(json, $"{Key} of {weights.Origin}");
        var there = record.SetFields("").ToList();
        if (Fields.Except(there).FirstOrDefault() is { } missing)
            throw record.Missing(missing);
        if (there.Except([.. Fields, ImageHeads]).FirstOrDefault() is { } unknown)
            throw record.Unsupported(unknown, "…", $"nothing but {string.Join(", ", Fields)}, {ImageHeads}");
        return new(Declared(record), Source, Source)
        {
            Sizes =
            [
                new(record.Path, "resolution", ModelSize.Resolution, record.Integer("resolution")!.Value),
                new(record.Path, "context_length", ModelSize.ContextLength, record.Integer("context_length")!.Value),
            ],
        };
    }

    private static DeclaredArchitecture Declared(SettingsFile record) => new()
    {
        VisionHeads = record.Integer(ImageHeads),
        TextHeads = record.Integer("text_heads"),
        Activation = record.Text("activation") switch
        {
            "quick_gelu" => Activation.QuickGelu,
            "gelu" => Activation.Gelu,
            var other => throw record.Unsupported("activation", other, "quick_gelu or gelu"),
        },
        Preprocessing = new()
        {
            Mean = record.Channels("mean"),
            Std = record.Deviations("std"),
            Kernel = record.Interpolation("interpolation"),
        },
    };

    private static JsonArray Channels(PerChannel colour) => new(colour.Red, colour.Green, colour.Blue);
}
