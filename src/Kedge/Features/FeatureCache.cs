using System.Text.Json;
using System.Text.Json.Serialization;
using Kedge.Tensors;

namespace Kedge.Features;

/// <summary>
/// Features kept in a folder between runs. A feature is found again by the content of its file, and only under the same weights, preprocessing and views;
/// names and dates of files do not matter. Several programs may use one folder at the same time. It may be deleted whenever nobody uses it.
/// </summary>
/// <param name="folder">The folder; made when something is first stored.</param>
/// <param name="warn">Told one sentence for each file in the folder that is damaged or does not belong there; null to stay silent.</param>
public sealed class FeatureCache(string folder, Action<string>? warn = null)
{
    /// <summary>The arithmetic from file to features other than the encoder's. Raise it when decoding, resampling or the drawing of views change.</summary>
    private const int PixelVersion = 1;

    private const int NameBytes = 8;

    private static readonly TimeSpan Abandoned = TimeSpan.FromDays(1);

    private static readonly JsonSerializerOptions Plain = new() { Converters = { new JsonStringEnumConverter() } };

    /// <summary>The folder.</summary>
    public string Folder { get; } = folder;

    /// <summary>Reads what there is for one encoder and one kind of views: the blocks of one subfolder, named by the hash of all that matters.</summary>
    internal FeatureStore Open(IImageEncoder encoder, FeatureRow row, ViewSet? views, TimeProvider time)
    {
        var description = Describe(encoder, row, views);
        var name = FingerprintBuilder.HashText(description)[..(2 * NameBytes)];
        var subfolder = Path.Combine(Folder, name);
        try
        {
            RemoveUnfinished(subfolder, time);
            return FeatureStore.Open(subfolder, description, (views?.Count ?? 1) * row.Width, warn ?? (_ => { }));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new KedgeException($"The feature cache '{subfolder}' cannot be read: {e.Message} Mend its permissions, delete it, or choose another place.", e);
        }
    }

    /// <summary>Removes what killed writers left. Younger files may be somebody's who is writing now.</summary>
    private static void RemoveUnfinished(string subfolder, TimeProvider time)
    {
        foreach (var path in Directory.Exists(subfolder) ? Directory.GetFiles(subfolder, "*.tmp") : [])
        {
            if (time.GetUtcNow() - File.GetLastWriteTimeUtc(path) > Abandoned)
                File.Delete(path);
        }
    }

    private static string Describe(IImageEncoder encoder, FeatureRow row, ViewSet? views) =>
        JsonSerializer.Serialize(new { PixelVersion, row.Fingerprint, row.Width, encoder.Preprocessing, Views = views }, Plain);
}
