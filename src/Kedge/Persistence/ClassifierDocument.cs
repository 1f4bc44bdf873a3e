using System.Text.Json;
using System.Text.Json.Serialization;
using Kedge.Clip.Prompts;
using Kedge.FewShot;
using Kedge.Runtime;
using static TorchSharp.torch;

namespace Kedge.Persistence;

/// <summary>
/// The text part of a classifier file: all of the classifier but its tensors, and its card.
/// Property names are the file's.
/// </summary>
internal sealed record ClassifierDocument
{
    private static readonly JsonSerializerOptions Format = new(JsonSerializerDefaults.Web)
    {
        PropertyNameCaseInsensitive = false,
        NumberHandling = JsonNumberHandling.Strict,
        UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
        AllowDuplicateProperties = false,
        RespectNullableAnnotations = true,
        RespectRequiredConstructorParameters = true,
    };

    public required string KedgeVersion { get; init; }

    public required string Method { get; init; }

    public required JsonElement Options { get; init; }

    public required string[] ClassNames { get; init; }

    public required string[] Templates { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string[]? SupportNames { get; init; }

    public required float LogitScale { get; init; }

    public required int FeatureWidth { get; init; }

    public required string Selection { get; init; }

    public required JsonElement Details { get; init; }

    public required ClassifierCard Card { get; init; }

    internal static ClassifierDocument From(ClassifierState state, ClassifierCard card) => new()
    {
        KedgeVersion = typeof(ClassifierDocument).Assembly.GetName().Version!.ToString(fieldCount: 3),
        Method = state.Method,
        Options = state.Options,
        ClassNames = [.. state.ClassNames],
        Templates = [.. state.Templates],
        SupportNames = state.SupportNames.Count > 0 ? [.. state.SupportNames] : null,
        LogitScale = state.LogitScale,
        FeatureWidth = state.FeatureWidth,
        Selection = state.Selection,
        Details = state.Details,
        Card = card,
    };

    internal string Write() => JsonSerializer.Serialize(this, Format);

    internal static ClassifierDocument Read(string json)
    {
        try
        {
            var document = JsonSerializer.Deserialize<ClassifierDocument>(json, Format)
                ?? throw new JsonException("The description is null.");
            document.Check();
            return document;
        }
        catch (JsonException e)
        {
            throw new KedgeException($"its description is damaged ({e.Describe()}); fit it again.", e);
        }
    }

    internal ClassifierState ToState(FewShotMethod method, IReadOnlyDictionary<string, Tensor> tensors, ITextTower? tower) => new()
    {
        Method = Method,
        Options = method.Options.ToJson(),
        ClassNames = ClassNames,
        Templates = Templates,
        SupportNames = SupportNames ?? [],
        LogitScale = LogitScale,
        FeatureWidth = FeatureWidth,
        Selection = Selection,
        Details = Details,
        TextTower = tower,
        Tensors = tensors,
    };

    private void Check()
    {
        if ((Card.Tasks is null && ClassNames.Length < 2)
            || ClassNames.Any(string.IsNullOrEmpty) || ClassNames.Distinct().Count() < ClassNames.Length)
            throw new JsonException("The class names are not at least two different texts.");
        if (Card.Tasks is { } tasks && !tasks.SelectMany(task => task.ClassNames).SequenceEqual(ClassNames))
            throw new JsonException("The classes of the tasks are not those of the classifier.");
        if (Templates.Any(template => template is null))
            throw new JsonException("A template is null.");
        if (SupportNames?.Any(name => name is null) == true)
            throw new JsonException("A name of a support image is null.");
        if (!(LogitScale > 0 && float.IsFinite(LogitScale)))
            throw new JsonException($"The logit scale is {LogitScale}.");
        if (FeatureWidth < 1)
            throw new JsonException($"The feature width is {FeatureWidth}.");
        if (Card.Probabilities?.FindFault() is { } fault)
            throw new JsonException(fault);
    }
}
