namespace Kedge.Text;

/// <summary>
/// Tokens beyond a vocabulary's, such as those of textual inversion: found in a text before anything else is done to
/// it, at each place the longest one.
/// </summary>
internal sealed class AddedTokens
{
    private const int MaxCount = 10_000, MaxLength = 256;

    private readonly Dictionary<string, AddedToken> _exact = new(StringComparer.Ordinal);
    private readonly Dictionary<string, AddedToken> _anyCase = new(StringComparer.OrdinalIgnoreCase);
    private readonly Dictionary<int, string> _texts = [];
    private readonly int[] _lengths;

    /// <summary>Takes tokens with different texts and ids.</summary>
    /// <exception cref="FormatException">Two have one text or id, or there are too many or too long ones.</exception>
    public AddedTokens(IReadOnlyList<AddedToken> tokens)
    {
        if (tokens.Count > MaxCount || tokens.Any(token => token.Text.Length is 0 or > MaxLength))
            throw new FormatException($"it adds {tokens.Count:N0} tokens, of which one may be empty or long; " +
                $"expected at most {MaxCount:N0} of 1 to {MaxLength} characters");
        foreach (var token in tokens)
        {
            if (!(token.AnyCase ? _anyCase : _exact).TryAdd(token.Text, token) || !_texts.TryAdd(token.Id, token.Text))
                throw new FormatException($"it adds the token '{token.Text}' or the id {token.Id} twice");
        }
        _lengths = [.. tokens.Select(token => token.Text.Length).Distinct().OrderDescending()];
    }

    public static AddedTokens None { get; } = new([]);

    /// <summary>The highest id; −1 where there is none.</summary>
    public int HighestId => _texts.Keys.DefaultIfEmpty(-1).Max();

    /// <summary>The text of a token; null for any other id.</summary>
    public string? TextOf(int id) => _texts.GetValueOrDefault(id);

    /// <summary>A text's parts: added tokens with their ids, and what is between them without.</summary>
    public IEnumerable<(string Part, int? Id)> Split(string text)
    {
        var start = 0;
        for (var at = 0; _lengths.Length > 0 && at < text.Length; at++)
        {
            if (Find(text, at) is not { } token)
                continue;
            if (at > start)
                yield return (text[start..at], null);
            yield return (token.Text, token.Id);
            start = at + token.Text.Length;
            at = start - 1;
        }
        if (start < text.Length)
            yield return (text[start..], null);
    }

    private AddedToken? Find(string text, int at)
    {
        foreach (var length in _lengths)
        {
            if (at + length > text.Length)
                continue;
            var part = text.AsSpan(at, length);
            if ((_exact.GetAlternateLookup<ReadOnlySpan<char>>().TryGetValue(part, out var token)
                || _anyCase.GetAlternateLookup<ReadOnlySpan<char>>().TryGetValue(part, out token))
                && (!token.WholeWord || IsAlone(text, at, at + length)))
            {
                return token;
            }
        }
        return null;
    }

    private static bool IsAlone(string text, int start, int end) =>
        (start == 0 || !char.IsLetterOrDigit(text[start - 1])) && (end == text.Length || !char.IsLetterOrDigit(text[end]));
}

/// <summary>A token beyond the vocabulary.</summary>
/// <param name="Text">Its text, of at least one character.</param>
/// <param name="Id">Its id.</param>
/// <param name="AnyCase">Whether it is found in any case, as text is made lower-case before.</param>
/// <param name="WholeWord">Whether no letter or digit may stand beside it.</param>
internal sealed record AddedToken(string Text, int Id, bool AnyCase = true, bool WholeWord = false);
