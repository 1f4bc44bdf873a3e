using System.IO.Compression;
using System.Text;

namespace Kedge.Text;

/// <summary>A byte-pair encoding (BPE) vocabulary: tokens with their ids, and merges in order of rank.</summary>
internal sealed class BytePairVocabulary
{
    private readonly Dictionary<(int Left, int Right), (int Rank, int Merged)> _merges = [];
    private readonly int[] _innerBytes = new int[256];
    private readonly int[] _lastBytes = new int[256];

    /// <summary>Makes a vocabulary, checked for consistency.</summary>
    /// <param name="tokens">Every token; its index is its id.</param>
    /// <param name="merges">Pairs of tokens by rank, the one to merge first at index 0.</param>
    /// <param name="origin">Where they come from, for error messages.</param>
    internal BytePairVocabulary(IReadOnlyList<string> tokens, IReadOnlyList<(string Left, string Right)> merges, string origin)
    {
        (Tokens, Merges) = (tokens, merges);
        var ids = new Dictionary<string, int>(tokens.Count, StringComparer.Ordinal);
        for (var id = 0; id < tokens.Count; id++)
        {
            if (!ids.TryAdd(tokens[id], id))
                throw new KedgeException(
                    $"The tokenizer {origin} has the token '{tokens[id]}' twice, as {ids[tokens[id]]} and {id}; take an undamaged copy.");
        }
        int IdOf(string token) => ids.TryGetValue(token, out var id)
            ? id
            : throw new KedgeException($"The tokenizer {origin} lacks the token '{token}'; expected CLIP's byte-level BPE with all its " +
                $"bytes, merged tokens, '{TextPieces.Start}' and '{TextPieces.End}': take an undamaged copy.");

        for (var value = 0; value < 256; value++)
        {
            var symbol = ByteSymbols.Symbol((byte)value).ToString();
            (_innerBytes[value], _lastBytes[value]) = (IdOf(symbol), IdOf(symbol + ByteSymbols.WordEnd));
        }
        for (var rank = 0; rank < merges.Count; rank++)
        {
            var (left, right) = merges[rank];
            _merges.TryAdd((IdOf(left), IdOf(right)), (rank, IdOf(left + right)));
        }
        (StartId, EndId) = (IdOf(TextPieces.Start), IdOf(TextPieces.End));
    }

    internal IReadOnlyList<string> Tokens { get; }

    internal IReadOnlyList<(string Left, string Right)> Merges { get; }

    internal int StartId { get; }

    internal int EndId { get; }

    /// <summary>
    /// CLIP's vocabulary: 256 bytes, 256 bytes at the end of a word, a token for each of 48,894 merges,
    /// start of text, end of text.
    /// </summary>
    internal static BytePairVocabulary ReadEmbedded()
    {
        using var packed = typeof(BytePairVocabulary).Assembly.GetManifestResourceStream("clip-merges.txt.gz")!;
        using var reader = new StreamReader(new GZipStream(packed, CompressionMode.Decompress), Encoding.UTF8);
        var merges = new List<(string Left, string Right)>(48_894);
        while (reader.ReadLine() is { } line)
        {
            var space = line.IndexOf(' ', StringComparison.Ordinal);
            merges.Add((line[..space], line[(space + 1)..]));
        }
        var bytes = ByteSymbols.InVocabularyOrder.Select(value => ByteSymbols.Symbol(value).ToString()).ToArray();
        string[] tokens =
        [
            .. bytes,
            .. bytes.Select(symbol => symbol + ByteSymbols.WordEnd),
            .. merges.Select(merge => merge.Left + merge.Right),
            TextPieces.Start,
            TextPieces.End,
        ];
        return new BytePairVocabulary(tokens, merges, "in the package");
    }

    /// <summary>
    /// Appends the ids of one pre-token: starting from its bytes, merges every occurrence of the pair of lowest rank
    /// until no pair can be merged.
    /// </summary>
    internal void Encode(string piece, List<int> ids)
    {
        var bytes = Encoding.UTF8.GetBytes(piece);
        var word = Array.ConvertAll(bytes, value => _innerBytes[value]);
        word[^1] = _lastBytes[bytes[^1]];
        ids.AddRange(new PairMerging(word, _merges).Run());
    }
}
