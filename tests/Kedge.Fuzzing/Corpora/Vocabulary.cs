using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using Kedge.Text;

namespace Kedge.Fuzzing.Corpora;

/// <summary>A byte-level BPE of CLIP's with four merges, in both layouts.</summary>
internal static class Vocabulary
{
    private static readonly (string Left, string Right)[] Merges =
        [("s", "e"), ("o", "f</w>"), ("se", "a</w>"), ("l", "i")];

    private static readonly JsonSerializerOptions Plain = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>How many tokens there are.</summary>
    public static int Size => Ids().Count;

    public static byte[] VocabJson { get; } = JsonSerializer.SerializeToUtf8Bytes(Ids(), Plain);

    public static byte[] MergesTxt { get; } =
        Encoding.UTF8.GetBytes("#version: 0.2\n" + string.Concat(Merges.Select(merge => $"{merge.Left} {merge.Right}\n")));

    public static byte[] TokenizerJson { get; } = JsonSerializer.SerializeToUtf8Bytes(new
    {
        version = "1.0",
        added_tokens = new[] { new { id = Ids().Count - 2, content = "<|startoftext|>" },
            new { id = Ids().Count - 1, content = "<|endoftext|>" } },
        normalizer = new { type = "Lowercase" },
        model = new
        {
            type = "BPE",
            end_of_word_suffix = ByteSymbols.WordEnd,
            vocab = Ids(),
            merges = Merges.Select(merge => $"{merge.Left} {merge.Right}"),
        },
    }, Plain);

    private static Dictionary<string, int> Ids()
    {
        string[] bytes = [.. Enumerable.Range(0, 256).Select(value => ByteSymbols.Symbol((byte)value).ToString())];
        string[] tokens =
        [
            .. bytes, .. bytes.Select(symbol => symbol + ByteSymbols.WordEnd), .. Merges.Select(merge => merge.Left + merge.Right),
            "<|startoftext|>", "<|endoftext|>",
        ];
        return tokens.Index().ToDictionary(token => token.Item, token => token.Index);
    }
}
