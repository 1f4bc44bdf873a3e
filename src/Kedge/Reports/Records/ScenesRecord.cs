namespace Kedge.Reports.Records;

/// <summary>Generated scenes.</summary>
/// <param name="Folder">Where they are.</param>
/// <param name="Count">How many.</param>
/// <param name="Split">Of what kind, such as <c>training</c> or <c>held-out-shapes</c>.</param>
/// <param name="Classes">The classes' names; none for training scenes, which have captions.</param>
internal sealed record ScenesRecord(string Folder, int Count, string Split, IReadOnlyList<string> Classes);
