using System.Text.Json;
using System.Text.Json.Serialization;
using Kedge.Tensors;

namespace Kedge.Features;

/// <summary>
/// A persistent, content-addressed cache of features in a folder. The key of a feature covers the content of the image
/// file, the weights, the preprocessing and the views, not names or dates of files. Several processes may share a
/// folder. It may be deleted whenever no process uses it. Where it cannot be read or written, features are made as
/// without it.
/// </summary>
/// <param name="folder">The folder; created on the first write.</param>
/// <param name="warn">Receives one sentence for each damaged, unreadable or foreign file in the folder, and where the
/// folder cannot be used; null for no warnings.</param>
public sealed class FeatureCache(string folder, Action<string>? warn = null)
{
    /// <summary>
    /// Version of resampling and view sampling; part of the key, to be raised when one of them changes. That of
    /// decoding is part of a photo's own key.
    /// </summary>
    private const int PixelVersion = 1;

    private const int NameBytes = 8;

    private static readonly JsonSerializerOptions Plain = new() { Converters = { new JsonStringEnumConverter() } };

    private readonly Action<string> _warn = warn ?? (_ => { });

    /// <summary>The folder.</summary>
    public string Folder { get; } = folder;

    /// <summary>
    /// Opens the store of one encoder and one set of views: the files of one subfolder, named by
    /// a hash of its description; with the rows of stores of earlier versions whose features are as good.
    /// </summary>
    internal FeatureStore Open(IImageEncoder encoder, FeatureRow row, ViewSet? views)
    {
        var rowLength = (views?.Count ?? 1) * row.Width;
        var description = Describe(encoder, row.Fingerprint, row.Width, views);
        var subfolder = Subfolder(description);
        TemporaryFile.SweepFolder(subfolder);
        try
        {
            var store = FeatureStore.Open(subfolder, description, rowLength, _warn);
            foreach (var earlier in row.EarlierFingerprints.Select(earlier => Describe(encoder, earlier, row.Width, views)))
                store.Read(Subfolder(earlier), earlier, rowLength, _warn);
            return store;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            _warn($"The feature cache '{subfolder}' cannot be read, and features are not kept between runs: {e.Message} " +
                "Mend its permissions, delete it, or choose another place.");
            return FeatureStore.InMemory();
        }
    }

    private string Subfolder(string description) => Path.Combine(Folder, FingerprintBuilder.HashText(description)[..(2 * NameBytes)]);

    private static string Describe(IImageEncoder encoder, string fingerprint, int width, ViewSet? views) =>
        JsonSerializer.Serialize(
            new { PixelVersion, Fingerprint = fingerprint, Width = width, encoder.Preprocessing, Views = views }, Plain);
}
