namespace Kedge.Reports.Records;

/// <summary>A text as the tokens of CLIP's text tower.</summary>
/// <param name="Text">The text.</param>
/// <param name="Ids">Its token ids, start and end included.</param>
internal sealed record TokensRecord(string Text, IReadOnlyList<int> Ids);
