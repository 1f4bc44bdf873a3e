using System.Text.Json;
using System.Text.Json.Serialization;
using Kedge.Clip;
using Kedge.Imaging;
using Kedge.Runtime;

namespace Kedge.Persistence;

/// <summary>The preprocessing of images as a card keeps it.</summary>
internal static class CardPreprocessing
{
    private static readonly JsonSerializerOptions Format =
        new(JsonSerializerDefaults.Web) { Converters = { new JsonStringEnumConverter() } };

    /// <summary>The preprocessing as a JSON object.</summary>
    internal static JsonElement Write(Preprocessing preprocessing) =>
        JsonSerializer.SerializeToElement(preprocessing, Format);

    /// <summary>The card of a classifier of photos.</summary>
    /// <param name="clip">The model that encoded them.</param>
    /// <param name="support">The support set.</param>
    /// <param name="createdBy">The program that makes the file.</param>
    internal static ClassifierCard Describe(ClipModel clip, SupportDescription support, string createdBy) => new()
    {
        Model = clip.Name,
        ModelPath = clip.Path,
        Fingerprint = clip.Fingerprint,
        Precision = clip.Source.Precision,
        Stated = clip.Source.Stated,
        Preprocessing = Write(clip.Preprocessing),
        Support = support,
        CreatedBy = createdBy,
    };

    /// <summary>Refuses a model whose preprocessing is not that of the classifier's fit.</summary>
    /// <param name="path">The classifier's file.</param>
    /// <param name="card">The classifier's card.</param>
    /// <param name="model">The name of the model at hand.</param>
    /// <param name="preprocessing">Its preprocessing.</param>
    /// <exception cref="KedgeException">The two differ, or the card's is damaged.</exception>
    internal static void Require(string path, ClassifierCard card, string model, Preprocessing preprocessing)
    {
        try
        {
            if (card.Preprocessing.Deserialize<Preprocessing>(Format) == preprocessing)
                return;
        }
        catch (Exception e) when (e is JsonException or ArgumentOutOfRangeException)
        {
            throw new KedgeException(
                $"Opening the classifier '{path}' failed: its preprocessing is damaged ({e.Describe()}); fit it again.", e);
        }
        throw new KedgeException($"The classifier '{path}' was fitted on images prepared as {card.Preprocessing.GetRawText()}, " +
            $"and {model} prepares them as {JsonSerializer.Serialize(preprocessing, Format)}: " +
            "give the model the same settings, or fit again.");
    }
}
