using System.Text.Json.Serialization;
using Kedge.Clip.Relevance;

namespace Kedge.Reports.Records;

/// <summary>What of a text and of an image carries their similarity.</summary>
/// <param name="Image">The image's path, or <c>archive.zip/entry</c>.</param>
/// <param name="Text">The text.</param>
/// <param name="Cosine">−1 to 1.</param>
/// <param name="Start">The share of the start of text, 0 to 1.</param>
/// <param name="Tokens">The tokens in order; their shares sum to 1.</param>
/// <param name="Neglected">Words that the similarity hardly rests on.</param>
/// <param name="Patches">The patches; their shares sum to 1.</param>
/// <param name="Guidance">What a mask over the photo changes; left out where none was asked for.</param>
internal sealed record RelevanceRecord(
    string Image, string Text, double Cosine, double Start, IReadOnlyList<TokenRelevanceRecord> Tokens, IReadOnlyList<string> Neglected,
    PatchMapRecord Patches, [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] GuidanceRecord? Guidance)
{
    public static RelevanceRecord From(string image, PairRelevance pair, Guidance? guidance) => new(
        image, pair.Text, pair.Cosine, pair.Start,
        [.. pair.Tokens.Select(token => new TokenRelevanceRecord(token.Text, token.Share, token.Scaled))], pair.Neglected,
        PatchMapRecord.From(pair.Patches), guidance is null ? null : GuidanceRecord.From(guidance));
}

/// <summary>What a mask over the photo makes of the similarity.</summary>
/// <param name="Cosine">The cosine with it.</param>
/// <param name="Words">Each word that shows in pictures: its scaled relevance without the mask and with it.</param>
/// <param name="Visible">How much of each patch is left to see, 0 to 1, row by row.</param>
internal sealed record GuidanceRecord(double Cosine, IReadOnlyList<GuidedWordRecord> Words, IReadOnlyList<double> Visible)
{
    public static GuidanceRecord From(Guidance guidance) => new(guidance.After.Cosine,
        [.. guidance.Words.Select(word => new GuidedWordRecord(word.Text, word.Before, word.After))], guidance.Visible);
}

/// <summary>A word of the text under a mask.</summary>
/// <param name="Word">The word.</param>
/// <param name="Before">Its scaled relevance without the mask, 0 to 1.</param>
/// <param name="After">With it.</param>
internal sealed record GuidedWordRecord(string Word, double Before, double After);

/// <summary>How much a token carries.</summary>
/// <param name="Token">The token.</param>
/// <param name="Share">Its share among the tokens, 0 to 1.</param>
/// <param name="Scaled">Divided by that of the most relevant token, 0 to 1.</param>
internal sealed record TokenRelevanceRecord(string Token, double Share, double Scaled);

/// <summary>A share of each patch of the square in the image's middle.</summary>
/// <param name="Rows">Rows of patches.</param>
/// <param name="Columns">Columns of patches.</param>
/// <param name="Shares">Row by row from the top left.</param>
internal sealed record PatchMapRecord(int Rows, int Columns, IReadOnlyList<double> Shares)
{
    public static PatchMapRecord From(PatchMap map) => new(map.Rows, map.Columns, map.Shares);
}
