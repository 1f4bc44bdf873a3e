using System.Globalization;
using System.Text.Json;
using Kedge.Text;
using Kedge.FewShot;
using Kedge.Tensors;
using static TorchSharp.torch;
using Names = Kedge.Tasks.FeatureTaskFormat;

namespace Kedge.Tasks;

/// <summary>A task file, checked name by name: whatever is wrong is refused by its name in the file.</summary>
internal sealed class FeatureTaskReader
{
    private readonly FeatureTaskTensors _tensors;
    private readonly IReadOnlyDictionary<string, string> _metadata;

    private FeatureTaskReader(SafetensorsFile file) => (_tensors, _metadata) = (new FeatureTaskTensors(file), file.Metadata);

    internal static FeatureTask Open(string path, Device device)
    {
        if (!File.Exists(path))
            throw new KedgeException($"There is no task file at '{path}'; expected a safetensors file of features, " +
                "as kedge task writes it.");
        using var scope = NewDisposeScope();
        using var noGrad = no_grad();
        try
        {
            using var file = SafetensorsFile.Open(path);
            return new FeatureTaskReader(file).Read(Path.GetFileNameWithoutExtension(path), device);
        }
        catch (TaskFault fault)
        {
            throw new KedgeException($"The task '{path}' {fault.Message}", fault);
        }
    }

    private FeatureTask Read(string name, Device device)
    {
        RequireKnown();
        var classNames = Texts(Names.ClassNames, "a name for each row of class.features")
            ?? throw new TaskFault("lacks the metadata 'class_names': it needs a JSON array with a name for each row of class.features.");
        var naming = Naming(classNames, Texts(Names.PromptNames, "the name of each class in prompts"));
        var (scale, templates) = (LogitScale(), Texts(Names.Templates, "the sentences behind class.features", "a photo of a {}.") ?? []);
        var classFeatures = _tensors.ReadClasses(classNames.Length);                                        // [C, D]
        var (width, norms) = (classFeatures.shape[1], _tensors.ReadNorms(classNames.Length));               // D, [C]
        var (support, supportLabels) = _tensors.ReadSupport(width, classNames.Length);                      // [V, N, D], [N]
        var query = _tensors.ReadPart(Names.Query, width, classNames.Length);
        var validation = _tensors.HasPart(Names.Validation) ? _tensors.ReadPart(Names.Validation, width, classNames.Length) : null;
        var classes = new TaskClasses(naming.Names, classFeatures.to(device), scale, templates)
        {
            PromptNames = naming.PromptNames,
            Norms = norms?.to(device),
        };
        var task = new FewShotTask(new(support.to(device), supportLabels.to(device)), classes)
        {
            Anchors = Anchors(width) is { } anchors ? anchors with { Features = anchors.Features.to(device) } : null,
        };
        var counted = _metadata.GetValueOrDefault(Names.LeftOut);
        var leftOut = int.TryParse(counted, NumberStyles.None, CultureInfo.InvariantCulture, out var count) ? count : 0;
        return new FeatureTask(name, task, To(query, device) with { LeftOut = leftOut }, validation is null ? null : To(validation, device))
        {
            Model = _metadata.GetValueOrDefault(Names.Model),
        };
    }

    private static LabelledFeatures To(LabelledFeatures part, Device device) => new(part.Features.to(device), part.Labels.to(device));

    /// <summary>
    /// A misspelt name of something optional would be a silent loss; other notes of a file's maker are harmless.
    /// </summary>
    private void RequireKnown()
    {
        _tensors.RequireKnown();
        string[] prefixes = ["class", "anchor", "logit", "template"];
        var unknown = _metadata.Keys.Except(Names.Metadata).Order(StringComparer.Ordinal)
            .FirstOrDefault(name => prefixes.Any(prefix => name.StartsWith(prefix, StringComparison.OrdinalIgnoreCase)));
        if (unknown is not null)
            throw new TaskFault($"has the unknown metadata '{unknown}': a task's are {string.Join(", ", Names.Metadata)}; " +
                "rename or remove it.");
    }

    /// <summary>Classes that are called alike are told apart by their number.</summary>
    private static ClassNaming Naming(string[] names, string[]? promptNames)
    {
        if (names.Length < 2)
            throw new TaskFault($"has {names.Length} name(s) in 'class_names': it needs at least 2.");
        if (promptNames is not null && promptNames.Length != names.Length)
            throw new TaskFault($"has {promptNames.Length} name(s) in 'prompt_names' and {names.Length} in 'class_names': " +
                "it needs as many.");
        string[] numbers = [.. Enumerable.Range(0, names.Length).Select(label => label.ToString(CultureInfo.InvariantCulture))];
        var told = new ClassNaming(numbers, names);
        return promptNames is null ? told : new(numbers, promptNames) { Names = told.Names };
    }

    private float LogitScale()
    {
        if (!_metadata.TryGetValue(Names.LogitScale, out var text))
            throw new TaskFault("lacks the metadata 'logit_scale': write the factor of cosines that its model was trained with, " +
                "100 for OpenAI's.");
        return float.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var scale)
            && float.IsFinite(scale) && scale > 0 ? scale
            : throw new TaskFault($"has the logit_scale '{text}': it needs a number above 0, 100 for OpenAI's models.");
    }

    /// <summary>Anchors without names are called by their places.</summary>
    private AnchorSet? Anchors(long width)
    {
        var names = Texts(Names.AnchorNames, "a name for each row of anchor.features");
        if (_tensors.ReadAnchors(width, names?.Length) is not { } features)
        {
            return names is null ? null
                : throw new TaskFault("has the metadata 'anchor_names' without the tensor 'anchor.features': write both, or neither.");
        }
        return new AnchorSet(features, names ?? [.. Enumerable.Range(1, (int)features.shape[0]).Select(k => $"anchor {k}")]);
    }

    private string[]? Texts(string name, string expected, string example = "cat")
    {
        if (!_metadata.TryGetValue(name, out var json))
            return null;
        try
        {
            var texts = JsonSerializer.Deserialize<string?[]>(json);
            if (texts is not null && texts.All(text => text?.Length > 0))
                return [.. texts.OfType<string>()];
        }
        catch (JsonException)
        {
            // refused below, as is an array of something else than texts
        }
        throw new TaskFault($"has metadata '{name}' that are no JSON array of texts: it needs {expected}, such as [\"{example}\", …].");
    }
}

/// <summary>What is wrong with a task file, as the rest of a sentence that begins with its name.</summary>
internal sealed class TaskFault(string rest) : Exception(rest);
