namespace Kedge.Tests.Architecture;

/// <summary>A place in the sources where a type of another file is named, or an extension method called.</summary>
/// <param name="File">Where, from the project's folder, with slashes.</param>
/// <param name="Line">The line, from 1.</param>
/// <param name="Name">The type or the extension method.</param>
/// <param name="Declared">The file that declares it, from the project's folder.</param>
internal sealed record Mention(string File, int Line, string Name, string Declared);
