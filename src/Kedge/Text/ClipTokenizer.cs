using System.Text;
using Kedge.Text.Cleaning;

namespace Kedge.Text;

/// <summary>
/// CLIP's tokenizer: byte-level BPE over lower-cased text, 49,408 tokens (Radford et al. 2021, "Learning Transferable
/// Visual Models From Natural Language Supervision", section 2.4). Immutable and thread-safe.
/// </summary>
internal sealed class ClipTokenizer
{
    private static readonly Lazy<ClipTokenizer> LazyDefault = new(() => new ClipTokenizer(BytePairVocabulary.ReadEmbedded()));

    private readonly BytePairVocabulary _vocabulary;
    private readonly AddedTokens _added;
    private readonly Lazy<IReadOnlyList<(int Id, string Word)>> _wholeWords;

    internal ClipTokenizer(BytePairVocabulary vocabulary, AddedTokens? added = null)
    {
        (_vocabulary, _added) = (vocabulary, added ?? AddedTokens.None);
        _wholeWords = new(() => [.. Enumerable.Range(0, VocabularySize)
            .Where(EndsWord)
            .Select(id => (Id: id, Word: Decode([id])))
            .Where(token => token.Word.Length > 1 && token.Word.All(char.IsLetter))]);
    }

    /// <summary>The context length of CLIP's text tower, start and end of text included: 77.</summary>
    public const int DefaultContextLength = 77;

    /// <summary>
    /// The tokenizer of every released CLIP; its vocabulary is embedded in the package and read on first use.
    /// </summary>
    public static ClipTokenizer Default => LazyDefault.Value;

    /// <summary>
    /// The number of tokens without added ones; their ids are 0 to this number − 1. 49,408 for CLIP.
    /// </summary>
    public int VocabularySize => _vocabulary.Tokens.Count;

    /// <summary>The highest id of any token, added ones included; 49,407 for CLIP.</summary>
    internal int HighestId => Math.Max(VocabularySize - 1, _added.HighestId);

    /// <summary>Id of the start-of-text token (SOT); 49,406 for CLIP.</summary>
    public int StartId => _vocabulary.StartId;

    /// <summary>
    /// Id of the end-of-text token (EOT), at whose position the text feature is taken; 49,407 for CLIP.
    /// </summary>
    public int EndId => _vocabulary.EndId;

    /// <summary>
    /// Reads a tokenizer from a Hugging Face folder: <c>tokenizer.json</c>, else
    /// <c>vocab.json</c> with <c>merges.txt</c>.
    /// </summary>
    /// <param name="path">The folder.</param>
    /// <returns>The folder's tokenizer, with CLIP's cleaning and splitting of text.</returns>
    /// <exception cref="KedgeException">The files are missing, damaged, or of another kind of tokenizer; the message
    /// names the file.</exception>
    public static ClipTokenizer FromFolder(string path) => TokenizerFolder.Read(path);

    /// <summary>
    /// The tokenizer of a model: its folder's, where it is a folder that brings one, else CLIP's own.
    /// </summary>
    /// <param name="model">A checkpoint's file or folder.</param>
    /// <exception cref="KedgeException">The folder's tokenizer is damaged or of another kind.</exception>
    public static ClipTokenizer For(string model) => TokenizerFolder.Holds(model) ? FromFolder(model) : Default;

    /// <summary>
    /// Tokens that are whole words of at least two letters: candidates for naming a learned token
    /// by its nearest neighbour.
    /// </summary>
    internal IReadOnlyList<(int Id, string Word)> WholeWords => _wholeWords.Value;

    /// <summary>
    /// Encodes a text as ids: start of text, the text's tokens, end of text; not padded, not truncated.
    /// </summary>
    /// <param name="text">Any text; it is cleaned first (HTML escapes undone, white space made single
    /// spaces, lower case).</param>
    /// <returns>At least two ids.</returns>
    public int[] Encode(string text) => [StartId, .. TokensOf(text), EndId];

    /// <summary>
    /// Encodes a text as at most <paramref name="contextLength"/> ids: start of text, the text's
    /// tokens, end of text; not padded.
    /// </summary>
    /// <param name="text">Any text; it is cleaned first (HTML escapes undone, white space made single
    /// spaces, lower case).</param>
    /// <param name="contextLength">L, the model's context length, at least 2; 77 for CLIP.</param>
    /// <param name="truncate">For a longer text: true keeps the first L − 1 ids and appends the end of
    /// text, false throws.</param>
    /// <returns>2 to <paramref name="contextLength"/> ids.</returns>
    /// <exception cref="KedgeException">The text is longer and <paramref name="truncate"/> is false.</exception>
    public int[] Encode(string text, int contextLength, bool truncate = false)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(contextLength, 2);
        var ids = Encode(text);
        if (ids.Length <= contextLength)
            return ids;
        if (!truncate)
        {
            var shown = text.Length <= 60 ? text : string.Concat(text.AsSpan(0, 60), "…");
            throw new KedgeException($"The text '{shown}' is {ids.Length} tokens long with its start and end, " +
                $"and the model reads {contextLength}; shorten it, or ask for truncation.");
        }
        return [.. ids.AsSpan(0, contextLength - 1), EndId];
    }

    /// <summary>The ids of a text without start and end of text: the parts of a prompt.</summary>
    /// <param name="words">Any text; it is cleaned first.</param>
    /// <returns>No id for an empty text.</returns>
    public IReadOnlyList<int> TokensOf(string words)
    {
        ArgumentNullException.ThrowIfNull(words);
        List<int> ids = [];
        foreach (var (part, added) in _added.Split(words))
        {
            if (added is { } id)
                ids.Add(id);
            else
                AppendTokens(part, ids);
        }
        return ids;
    }

    private void AppendTokens(string words, List<int> ids)
    {
        foreach (var piece in TextPieces.Split(TextCleaning.Clean(words)))
        {
            switch (piece)
            {
                case TextPieces.Start: ids.Add(StartId); break;
                case TextPieces.End: ids.Add(EndId); break;
                default: _vocabulary.Encode(piece, ids); break;
            }
        }
    }

    /// <summary>
    /// Decodes ids to text: lower case, a space after every word and every run of punctuation, without start and end.
    /// </summary>
    /// <param name="ids">Ids of this tokenizer, 0 to <see cref="VocabularySize"/> − 1.</param>
    /// <returns>A text that encodes to the same ids, where these are a result of
    /// <see cref="Encode(string)"/>.</returns>
    /// <exception cref="ArgumentOutOfRangeException">An id is no token.</exception>
    public string Decode(IEnumerable<int> ids)
    {
        ArgumentNullException.ThrowIfNull(ids);
        List<byte> bytes = [];
        foreach (var id in ids.Where(id => id != StartId && id != EndId))
        {
            var token = TokenText(id);
            if (_added.TextOf(id) is { } whole)
            {
                bytes.AddRange(Encoding.UTF8.GetBytes(whole + ' '));
                continue;
            }
            var endsWord = token.EndsWith(ByteSymbols.WordEnd, StringComparison.Ordinal);
            bytes.AddRange(ByteSymbols.Bytes(endsWord ? token[..^ByteSymbols.WordEnd.Length] : token));
            if (endsWord)
                bytes.Add((byte)' ');
        }
        return Encoding.UTF8.GetString([.. bytes]).TrimEnd(' ');
    }

    /// <summary>Whether a token is the last of a word, or of a run of punctuation.</summary>
    /// <param name="id">0 to <see cref="VocabularySize"/> − 1.</param>
    internal bool EndsWord(int id) => TokenText(id).EndsWith(ByteSymbols.WordEnd, StringComparison.Ordinal);

    /// <summary>
    /// The spelling of one token in the vocabulary: a character for each byte, <c>&lt;/w&gt;</c> where it ends a word
    /// (<c>photo&lt;/w&gt;</c>).
    /// </summary>
    /// <param name="id">0 to <see cref="VocabularySize"/> − 1, or that of an added token.</param>
    /// <returns>The token.</returns>
    /// <exception cref="ArgumentOutOfRangeException">The id is no token.</exception>
    public string TokenText(int id)
    {
        if (_added.TextOf(id) is { } added)
            return added;
        ArgumentOutOfRangeException.ThrowIfNegative(id);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(id, VocabularySize);
        return _vocabulary.Tokens[id];
    }
}
