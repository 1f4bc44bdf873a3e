using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace Kedge.Tests.Architecture;

/// <summary>
/// A C# file, with a file-scoped namespace or none: what it declares, and what it opens by <c>using</c>.
/// </summary>
internal sealed class SourceFile
{
    /// <param name="path">The file, from the project's folder, with slashes.</param>
    /// <param name="source">What is in it.</param>
    public SourceFile(string path, string source)
    {
        Path = path;
        Root = CSharpSyntaxTree.ParseText(source).GetCompilationUnitRoot();
        var scope = Root.Members.OfType<BaseNamespaceDeclarationSyntax>().SingleOrDefault();
        Namespace = scope?.Name.ToString() ?? "";
        Types = [.. (scope?.Members ?? Root.Members).Select(NameOf).OfType<string>()];
        Extensions =
            [.. Root.DescendantNodes().OfType<MethodDeclarationSyntax>().Where(IsExtension).Select(method => method.Identifier.ValueText)];
        MemberNames = [.. Root.DescendantNodes().Select(MemberName).OfType<string>()];
        Usings = [.. Root.Usings.Where(directive => directive.Alias is null).Select(directive => directive.NamespaceOrType.ToString())];
        Aliases = Root.Usings.Where(directive => directive.Alias is not null)
            .ToDictionary(directive => directive.Alias!.Name.Identifier.ValueText, directive => directive.NamespaceOrType.ToString());
    }

    public string Path { get; }

    public CompilationUnitSyntax Root { get; }

    /// <summary>Empty for the global one.</summary>
    public string Namespace { get; }

    /// <summary>Names of the types that lie in no other type.</summary>
    public HashSet<string> Types { get; }

    public HashSet<string> Extensions { get; }

    /// <summary>Its members, parameters and variables; such a name means no type where a value is expected.</summary>
    public HashSet<string> MemberNames { get; }

    /// <summary>Namespaces, and types whose static members are opened.</summary>
    public IReadOnlyList<string> Usings { get; }

    /// <summary>Full names by the names that the file gives them.</summary>
    public IReadOnlyDictionary<string, string> Aliases { get; }

    /// <summary>The namespaces whose types need no <c>using</c>, the innermost first.</summary>
    public IEnumerable<string> EnclosingNamespaces()
    {
        for (var scope = Namespace; scope.Length > 0; scope = scope[..Math.Max(0, scope.LastIndexOf('.'))])
            yield return scope;
    }

    private static string? NameOf(MemberDeclarationSyntax member) => member switch
    {
        BaseTypeDeclarationSyntax type => type.Identifier.ValueText,
        DelegateDeclarationSyntax type => type.Identifier.ValueText,
        _ => null,
    };

    private static bool IsExtension(MethodDeclarationSyntax method) =>
        method.ParameterList.Parameters is [var first, ..] && first.Modifiers.Any(modifier => modifier.IsKind(SyntaxKind.ThisKeyword));

    private static string? MemberName(SyntaxNode node) => node switch
    {
        PropertyDeclarationSyntax property => property.Identifier.ValueText,
        MethodDeclarationSyntax method => method.Identifier.ValueText,
        VariableDeclaratorSyntax variable => variable.Identifier.ValueText,
        ParameterSyntax parameter => parameter.Identifier.ValueText,
        EnumMemberDeclarationSyntax member => member.Identifier.ValueText,
        LocalFunctionStatementSyntax function => function.Identifier.ValueText,
        _ => null,
    };
}
