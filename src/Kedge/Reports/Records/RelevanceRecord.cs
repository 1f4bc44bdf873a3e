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
internal sealed record RelevanceRecord(
    string Image, string Text, double Cosine, double Start, IReadOnlyList<TokenRelevanceRecord> Tokens, IReadOnlyList<string> Neglected,
    PatchMapRecord Patches)
{
    public static RelevanceRecord From(string image, PairRelevance pair) => new(
        image, pair.Text, pair.Cosine, pair.Start,
        [.. pair.Tokens.Select(token => new TokenRelevanceRecord(token.Text, token.Share, token.Scaled))], pair.Neglected,
        PatchMapRecord.From(pair.Patches));
}

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
