using Kedge.Tests.Support;

namespace Kedge.Tests.Compatibility;

/// <summary>
/// Files that Kedge 0.1.0 wrote, below <c>data/compatibility</c>; its README tells how. They are
/// read, and never made anew.
/// </summary>
internal sealed class OlderFiles : IDisposable
{
    /// <summary>The model behind the features of most files: 64-pixel ViT, D = 48.</summary>
    public static readonly string Vit = TestData.Small("clip-vit", "openai.fp16.safetensors");

    /// <summary>The model behind the files that begin with <c>resnet-</c>.</summary>
    public static readonly string ResNet = TestData.Small("clip-rn", "openai.fp16.safetensors");

    private readonly DirectoryInfo _copies = Directory.CreateTempSubdirectory("kedge-older-");

    /// <summary>Photos to learn from: 4 of each of 3 classes; and a test part of 2 a class.</summary>
    public static string Photos => Get("photos");

    /// <summary>Those that the predictions are of, in their order.</summary>
    public static string[] Predicted => [Get("photos", "test"), Get("photos-of-no-class")];

    /// <summary>The classifiers of photos, by the names of their files.</summary>
    public static IEnumerable<string> Classifiers =>
        Directory.EnumerateFiles(Get("classifiers"), "*.kedge")
            .Select(path => Path.GetFileNameWithoutExtension(path)).Order(StringComparer.Ordinal);

    public static string Get(params string[] parts) => Path.Combine([TestData.Folder, "compatibility", .. parts]);

    public static string Classifier(string name) => Get("classifiers", name + ".kedge");

    /// <summary>The name of a model, or its file, by the name of a classifier of it.</summary>
    public static string ModelOf(string classifier) => classifier switch
    {
        "embedded-gda" => "kedge-mini",
        "embedded-tip-adapter" => "kedge-mini-scenes",
        _ when classifier.StartsWith("resnet-", StringComparison.Ordinal) => ResNet,
        _ => Vit,
    };

    /// <summary>A place for what a test writes.</summary>
    public string this[string name] => Path.Combine(_copies.FullName, name);

    /// <summary>A copy of the feature cache, so that a test that writes to it does not change it.</summary>
    public string CopyCache()
    {
        foreach (var path in Directory.EnumerateFiles(Get("features"), "*", SearchOption.AllDirectories))
        {
            var copy = Path.Combine(this["features"], Path.GetRelativePath(Get("features"), path));
            Directory.CreateDirectory(Path.GetDirectoryName(copy)!);
            File.Copy(path, copy);
        }
        return this["features"];
    }

    /// <summary>
    /// Every image that is encoded adds to a block, so that there is no other than these where all are found.
    /// </summary>
    public static void EveryImageWasFound(string cache) => Assert.Equal(Blocks(Get("features")), Blocks(cache));

    public void Dispose() => _copies.Delete(recursive: true);

    private static IEnumerable<string> Blocks(string folder) =>
        Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories)
            .Select(path => Path.GetRelativePath(folder, path)).Order(StringComparer.Ordinal);
}
