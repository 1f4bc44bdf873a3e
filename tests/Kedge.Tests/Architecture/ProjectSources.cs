using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace Kedge.Tests.Architecture;

/// <summary>
/// The sources of a project: which file names what another one declares. Names are looked up by syntax alone, which
/// takes an eighth of the time of compiling; comments and texts name nothing.
/// </summary>
internal sealed class ProjectSources
{
    private readonly IReadOnlyList<SourceFile> _files;
    private readonly ILookup<string, SourceFile> _types; // by full name
    private readonly ILookup<string, SourceFile> _extensions; // by the method's name
    private readonly HashSet<string> _namespaces;

    /// <param name="files">Sources by their paths from the project's folder.</param>
    public ProjectSources(IReadOnlyDictionary<string, string> files)
    {
        _files = [.. files.Select(file => new SourceFile(file.Key, file.Value))];
        _types = ByName(file => file.Types.Select(type => $"{file.Namespace}.{type}"));
        _extensions = ByName(file => file.Extensions);
        _namespaces = [.. _files.SelectMany(file => file.EnclosingNamespaces())];
    }

    /// <summary>Every place where a file names a type of another file, or calls an extension method of it.</summary>
    public IEnumerable<Mention> Mentions() => _files.SelectMany(MentionsIn).Distinct();

    private IEnumerable<Mention> MentionsIn(SourceFile file) =>
        from name in file.Root.DescendantNodes().OfType<SimpleNameSyntax>()
        from declared in IsCalledOnValue(name) ? Extensions(file, name.Identifier.ValueText) : Types(file, name)
        where declared.File != file
        select new Mention(file.Path, name.GetLocation().GetLineSpan().StartLinePosition.Line + 1, declared.Name, declared.File.Path);

    private IEnumerable<(string Name, SourceFile File)> Extensions(SourceFile file, string method) => _extensions[method]
        .Where(other => file.EnclosingNamespaces().Contains(other.Namespace) || file.Usings.Contains(other.Namespace))
        .Select(other => (method, other));

    /// <summary>The type that a name means, if it means one of the project.</summary>
    private IEnumerable<(string Name, SourceFile File)> Types(SourceFile file, SimpleNameSyntax name)
    {
        var text = name.Identifier.ValueText;
        if (Qualifier(name) is { } qualifier)
        {
            var scopes = file.EnclosingNamespaces().Select(outer => $"{outer}.{qualifier}").Append(qualifier);
            return Declared(scopes.Where(_namespaces.Contains).Take(1), text);
        }
        if (file.Aliases.TryGetValue(text, out var full))
            return _types[full].Select(other => (full[(full.LastIndexOf('.') + 1)..], other));
        return IsLabel(name) || (file.MemberNames.Contains(text) && !SyntaxFacts.IsInTypeOnlyContext(name)) ? []
            : Declared(file.EnclosingNamespaces().Concat(file.Usings), text);
    }

    private IEnumerable<(string Name, SourceFile File)> Declared(IEnumerable<string> namespaces, string type) =>
        namespaces.SelectMany(scope => _types[$"{scope}.{type}"]).Take(1).Select(file => (type, file));

    /// <summary>What stands before a name and its dot; <see langword="null"/> where it begins a chain.</summary>
    private static string? Qualifier(SimpleNameSyntax name) => name.Parent switch
    {
        QualifiedNameSyntax qualified when qualified.Right == name => qualified.Left.ToString(),
        MemberAccessExpressionSyntax access when access.Name == name => access.Expression.ToString(),
        MemberBindingExpressionSyntax => "",
        _ => null,
    };

    private static bool IsCalledOnValue(SimpleNameSyntax name) => Qualifier(name) is not null
        && name.Parent is MemberAccessExpressionSyntax { Parent: InvocationExpressionSyntax } or MemberBindingExpressionSyntax;

    /// <summary>The name of an argument, or of a member that an initializer or a pattern sets or asks.</summary>
    private static bool IsLabel(SimpleNameSyntax name) => name.Parent is NameColonSyntax or NameEqualsSyntax
        || (name.Parent is AssignmentExpressionSyntax { Parent: InitializerExpressionSyntax } assignment && assignment.Left == name);

    private ILookup<string, SourceFile> ByName(Func<SourceFile, IEnumerable<string>> names) =>
        _files.SelectMany(file => names(file).Select(name => (name, file))).ToLookup(pair => pair.name, pair => pair.file);
}
