using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Json;
using Kedge.Tensors;
using static TorchSharp.torch;

namespace Kedge.Tasks;

/// <summary>The names in a task file, and how one is written. docs/feature-tasks.md tells the format.</summary>
internal static class FeatureTaskFormat
{
    internal const string Support = "support", Query = "query", Validation = "validation";
    internal const string Classes = "class.features", ClassNorms = "class.norms", Anchors = "anchor.features";
    internal const string ClassNames = "class_names", PromptNames = "prompt_names", AnchorNames = "anchor_names",
        LogitScale = "logit_scale", Templates = "templates", Model = "model", LeftOut = "left_out";

    private static readonly JsonSerializerOptions Plain = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>Every tensor that a task may have.</summary>
    internal static string[] Tensors { get; } =
    [
        Features(Support), Labels(Support), Features(Query), Labels(Query), Features(Validation), Labels(Validation),
        Classes, ClassNorms, Anchors,
    ];

    /// <summary>All metadata that a task may have.</summary>
    internal static string[] Metadata { get; } = [ClassNames, PromptNames, AnchorNames, LogitScale, Templates, Model, LeftOut];

    internal static string Features(string part) => $"{part}.features";

    internal static string Labels(string part) => $"{part}.labels";

    internal static void Write(string path, FeatureTask task)
    {
        using var scope = NewDisposeScope();
        var (learned, single) = (task.Task, task.Task.Support.Views == 1);
        var tensors = new Dictionary<string, Tensor>
        {
            [Features(Support)] = single ? task.Support.Features : learned.Support.Features, // [N, D] or [V, N, D]
            [Labels(Support)] = learned.Support.Labels,
            [Features(Query)] = task.Query.Features,
            [Labels(Query)] = task.Query.Labels,
            [Classes] = learned.Classes.Features,
        };
        var metadata = new Dictionary<string, string>
        {
            [ClassNames] = JsonSerializer.Serialize(learned.Classes.Names, Plain),
            [LogitScale] = learned.Classes.LogitScale.ToString(CultureInfo.InvariantCulture),
        };
        if (!learned.Classes.PromptNames.SequenceEqual(learned.Classes.Names))
            metadata[PromptNames] = JsonSerializer.Serialize(learned.Classes.PromptNames, Plain);
        if (task.Validation is { } validation)
            (tensors[Features(Validation)], tensors[Labels(Validation)]) = (validation.Features, validation.Labels);
        if (learned.Classes.Norms is { } norms)
            tensors[ClassNorms] = norms;
        if (learned.Anchors is { } anchors)
            (tensors[Anchors], metadata[AnchorNames]) = (anchors.Features, JsonSerializer.Serialize(anchors.Names, Plain));
        if (learned.Classes.Templates.Count > 0)
            metadata[Templates] = JsonSerializer.Serialize(learned.Classes.Templates, Plain);
        if (task.Model is { } model)
            metadata[Model] = model;
        if (task.Query.LeftOut > 0)
            metadata[LeftOut] = task.Query.LeftOut.ToString(CultureInfo.InvariantCulture);
        SafetensorsWriter.Write(path, tensors, metadata);
    }
}
