namespace Kedge.Reports.Records;

/// <summary>A text as CLIP's text tower reads it.</summary>
/// <param name="Text">The text.</param>
/// <param name="Ids">Its token ids, start and end included.</param>
internal sealed record TokensRecord(string Text, IReadOnlyList<int> Ids);
