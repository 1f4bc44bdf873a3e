using System.Text.Json;
using System.Text.Json.Nodes;
using Kedge.Cli.Options;
using Kedge.FewShot;
using Kedge.Fuzzing.Corpora;
using Kedge.Methods;
using Kedge.Text;

namespace Kedge.Fuzzing.Targets;

/// <summary>Texts, word lists, templates, options, and the files of tokenizers.</summary>
internal static class TextTargets
{
    private static readonly string[] MethodWords = ["[", "]", ";", "=", ",", "all", "fuse", "null", "1e999", "-1", "\"", "methods",
        "steps"];

    public static IReadOnlyList<FuzzTarget> All { get; } =
    [
        new("text", Format.Text, () => Texts.Captions, input => ClipTokenizer.Default.Decode(ClipTokenizer.Default.Encode(input.Text))),
        new("text-lines", Format.Text, () => Texts.Words, input => TextLines.Read(input.Write("texts.txt"))) { Share = 5 },
        new("word-list", Format.Text, () => Texts.Words, ReadWords),
        new("template", Format.Text, () => Texts.Templates, input => new PromptTemplate(input.Text).Fill("sea_lion")) { Share = 5 },
        new("methods", Format.Text with { Words = MethodWords }, () => Texts.Methods, ReadMethods),
        new("options", Format.Json with { Words = MethodWords }, () => Texts.Options, ReadOptions),
        new("tokenizer-json", Format.Json, () => [Vocabulary.TokenizerJson], ReadTokenizer("tokenizer.json")) { Share = 3 },
        new("vocab-json", Format.Json, () => [Vocabulary.VocabJson], ReadTokenizer("vocab.json")) { Prepare = WriteVocabulary, Share = 3 },
        new("merges-txt", Format.Text, () => [Vocabulary.MergesTxt], ReadTokenizer("merges.txt")) { Prepare = WriteVocabulary, Share = 5 },
    ];

    private static void ReadWords(FuzzInput input)
    {
        var list = WordList.Read(input.Write("words.txt")).WithoutClassNames(["cat", "sea lion"]);
        _ = list.Note;
        foreach (var word in list.Words.Take(100))
            ClipTokenizer.Default.Encode(word);
    }

    private static void ReadMethods(FuzzInput input) => MethodVariant.ParseList(input.Text, MethodCatalog.Default);

    /// <summary>An object from the names of methods to their options.</summary>
    private static void ReadOptions(FuzzInput input)
    {
        if (MethodOptions.ParseValue(input.Text) is not JsonObject methods)
            return;
        foreach (var (name, options) in methods)
            MethodCatalog.Default.Create(name, JsonSerializer.SerializeToElement(options));
    }

    private static void WriteVocabulary(FuzzInput input)
    {
        input.Write("vocab.json", Vocabulary.VocabJson);
        input.Write("merges.txt", Vocabulary.MergesTxt);
    }

    private static Action<FuzzInput> ReadTokenizer(string file) => input =>
    {
        input.Write(file);
        ClipTokenizer.FromFolder(input.Folder).Encode("a photo of a sea lion.");
    };
}
