namespace Kedge.Reports.Pages;

/// <summary>A part of a page.</summary>
/// <param name="Heading">What it is about; <see langword="null"/> for none.</param>
/// <param name="Body">What it says.</param>
internal sealed record PagePart(string? Heading, Html Body);
