using System.Text.Json;
using Kedge.Methods;

namespace Kedge.Fuzzing.Corpora;

/// <summary>Texts as users write them.</summary>
internal static class Texts
{
    public static IReadOnlyList<byte[]> Captions { get; } =
        Tables.Texts("a photo of a sea lion.", "Ein Foto eines “Bären” &amp; 2 Füchse — l’été ½", "写真 の 猫 🦊 ﬁne ĳs",
            "it's the cat's 123 <|endoftext|>");

    public static IReadOnlyList<byte[]> Words { get; } =
        Tables.Texts("fur\nwater\nsea lion\ngrand_piano\n", "Räder\r\nräder\r\n\r\n猫\r\n");

    public static IReadOnlyList<byte[]> Templates { get; } = Tables.Texts("a photo of a {}.", "{} texture.", "itap of my {}, \"blurry\"");

    public static IReadOnlyList<byte[]> Methods { get; } = Tables.Texts("tip-adapter,rtos[start=noise;steps=0],gda",
        "fuse[methods=ape,tip-adapter[alpha=1];weights=[1,0.5]]", "linear-probe[balanceClasses=false]",
        "rtos[anchors=[\"fur\",\"water\"]]", "all");

    /// <summary>The options of all methods, with their defaults.</summary>
    public static IReadOnlyList<byte[]> Options =>
    [
        .. MethodCatalog.Default.Names.Chunk(6).Select(names => JsonSerializer.SerializeToUtf8Bytes(
            names.ToDictionary(name => name, name => MethodCatalog.Default.Create(name).Options.ToJson()))),
    ];
}
