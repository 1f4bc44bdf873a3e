namespace Kedge.Reports.Pages;

/// <summary>A part of a page.</summary>
/// <param name="Heading">Its title; <see langword="null"/> for none.</param>
/// <param name="Body">Its content.</param>
internal sealed record PagePart(string? Heading, Html Body);
