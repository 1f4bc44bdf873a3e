using System.Text.Json;

namespace Kedge.Methods;

/// <summary>What is kept of one method within a fused classifier, beside its tensors.</summary>
/// <param name="Method">Its name in the catalog.</param>
/// <param name="Options">Its options in effect.</param>
/// <param name="Selection">Which data chose its hyper-parameters.</param>
/// <param name="Details">What else it keeps.</param>
internal sealed record FusePart(string Method, JsonElement Options, string Selection, JsonElement Details)
{
    private const string ListName = "members";
    private static readonly JsonSerializerOptions Format = new(JsonSerializerDefaults.Web) { RespectNullableAnnotations = true, RespectRequiredConstructorParameters = true };

    /// <summary>What the tensors of the method at a place are prefixed with.</summary>
    internal static string Prefix(int index) => $"{index}.";

    internal static FusePart Of(ClassifierState state) => new(state.Method, state.Options, state.Selection, state.Details);

    internal static JsonElement ToJson(IReadOnlyList<FusePart> parts) =>
        JsonSerializer.SerializeToElement(new Dictionary<string, IReadOnlyList<FusePart>> { [ListName] = parts }, Format);

    /// <summary>Reads them from a state.</summary>
    /// <exception cref="KedgeException">They are damaged, or not as many as the methods of the options.</exception>
    internal static IReadOnlyList<FusePart> Of(ClassifierState state, int count)
    {
        try
        {
            var parts = state.Details.TryGetProperty(ListName, out var list) ? list.Deserialize<List<FusePart>>(Format) : null;
            return parts?.Count == count ? parts : throw new JsonException($"{parts?.Count ?? 0} of {count}");
        }
        catch (JsonException e)
        {
            throw state.Damaged($"no list of its methods ({e.Message})");
        }
    }

    /// <summary>The state of the method at a place; its tensors are the whole state's.</summary>
    internal ClassifierState State(ClassifierState whole, int index) => new()
    {
        Method = Method,
        Options = Options,
        ClassNames = whole.ClassNames,
        Templates = whole.Templates,
        SupportNames = whole.SupportNames,
        LogitScale = whole.LogitScale,
        FeatureWidth = whole.FeatureWidth,
        Selection = Selection,
        Details = Details,
        Tensors = whole.TakeAll(Prefix(index)),
    };
}
