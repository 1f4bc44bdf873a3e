using System.Collections.Immutable;
using System.Reflection;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.Diagnostics;
using Microsoft.CodeAnalysis.Text;

namespace Kedge.Tests.Runtime;

/// <summary>
/// Samples of each form, compiled with the analyzer and the list of banned members that the library is compiled with.
/// </summary>
public class BannedSamplesTests
{
    private const string Rule = "RS0030";

    private static readonly string[] Numbers = ["(byte)1", "(sbyte)1", "(short)1", "1", "1L", "(System.Half)1", "1f", "1.0", "true"];

    private static readonly string[] Operands = ["1", "1L", "1f", "1.0"];

    private static readonly Lazy<IReadOnlySet<string>> Reported = new(() => Report([.. Refused, .. Allowed, .. Escaping]).ToHashSet());

    public static TheoryData<string> Refused =>
    [
        .. Numbers.Select(number => $"Scalar s = {number}"), "Scalar s = new System.Numerics.Complex(1, 0)", "Scalar s = (1f, 0f)",
        .. Numbers.Select(number => $"x.mul({number})"), "0.5.ToScalar()",
        .. "+-*/".SelectMany(sign => Operands.SelectMany(number => new[] { $"var z = x {sign} {number}", $"var z = {number} {sign} x" })),
        .. Operands.Select(number => $"var z = x % {number}"), "var z = x + y", "var z = x + held", "var z = held + x", "var z = held - x",
        "var z = x < 1", "var z = x >= 0.5", "var z = x == 1", "x.add(y)", "x.add(held)",
        "x.add_(y)", "x.add_(held)", "add(x, y)", "x.square()", "square(x)",
        "x.pow(2)", "x.clamp(0, 1)", "x.clamp_min(0)", "x.fill_(0)", "x.masked_fill(y, 0)",
        "x.addcdiv(y, y)", "x.addcmul(y, y, 0.5)", "x.add(y, alpha: 2)",
        "x.index_add(0, y, y, 1)", "arange(3)", "arange(1, 3)", "arange(held)",
        "full(3, 1.0)", "var z = (float)x", "var z = (double)x", "x.ToSingle()",
        "x.ToScalar()", "x.softplus()", "x.elu()", "nn.functional.leaky_relu(x, 0.1)",
        "nn.LeakyReLU(0.1)", "nn.BatchNorm2d(3)", "optim.Adam([p])",
        "optim.AdamW([p])", "optim.SGD([p], 0.1)", "var o = new Adam([p])", "System.Func<Tensor> f = x.square",
    ];

    public static TheoryData<string> Allowed =>
    [
        "var z = x - y", "var z = x * y", "var z = x / y", "var z = -x", "x.add(y, held)",
        "x.mul(held)", "x.sub(y)", "x.pow(held)", "arange(held, held, held)",
        "full([3], held)", "x.item<float>()", "x.sum()", "x.softmax(0)", "nn.functional.cross_entropy(x, y)",
        "nn.utils.clip_grad_norm_([p], 1)", "any.step()",
    ];

    /// <summary>
    /// The analyzer does not look at these; <c>HeldScalarsTests</c> finds them in the compiled library.
    /// </summary>
    public static TheoryData<string> Escaping => ["x *= 0.5", "x += y"];

    [Theory]
    [MemberData(nameof(Refused))]
    public void A_scalar_that_nobody_holds_is_refused(string sample) => Assert.Contains(sample, Reported.Value);

    [Theory]
    [MemberData(nameof(Allowed))]
    [MemberData(nameof(Escaping))]
    public void Others_are_not(string sample) => Assert.DoesNotContain(sample, Reported.Value);

    /// <summary>The samples that the rule reports.</summary>
    private static IEnumerable<string> Report(IReadOnlyList<string> samples)
    {
        var code = $$"""
            using TorchSharp;
            using TorchSharp.Modules;
            using static TorchSharp.torch;
            static class Samples
            {
                {{string.Join("\n    ", samples.Select((sample, i) => $"static void M{i}(Tensor x, Tensor y, Scalar held, Parameter p, optim.Optimizer any) {{ {sample}; }}"))}}
            }
            """;
        var references = ((string)AppContext.GetData("TRUSTED_PLATFORM_ASSEMBLIES")!)
            .Split(Path.PathSeparator).Select(path => MetadataReference.CreateFromFile(path));
        var compilation =
            CSharpCompilation.Create("Samples", [CSharpSyntaxTree.ParseText(code)], references, new(OutputKind.DynamicallyLinkedLibrary));
        Assert.Empty(compilation.GetDiagnostics().Where(found => found.Severity == DiagnosticSeverity.Error));
        var options = new AnalyzerOptions([new ListFile(Path.Combine(AppContext.BaseDirectory, "BannedSymbols.Scalars.txt"))]);
        var lines = code.Split('\n');
        return compilation.WithAnalyzers(Analyzers(), options).GetAnalyzerDiagnosticsAsync().GetAwaiter().GetResult()
            .Select(found => found.Id == Rule ? found : throw new InvalidOperationException(found.ToString()))
            .Select(found => lines[found.Location.GetLineSpan().StartLinePosition.Line])
            .Select(line => line[(line.IndexOf('{') + 2)..line.LastIndexOf(';')]);
    }

    private static ImmutableArray<DiagnosticAnalyzer> Analyzers()
    {
        Assembly Load(string name) => Assembly.LoadFrom(Path.Combine(AppContext.BaseDirectory, "analyzers", $"{name}.dll"));
        Load("Microsoft.CodeAnalysis.BannedApiAnalyzers"); // the base of the one for C#
        var type = Load("Microsoft.CodeAnalysis.CSharp.BannedApiAnalyzers")
            .GetType("Microsoft.CodeAnalysis.CSharp.BannedApiAnalyzers.CSharpSymbolIsBannedAnalyzer");
        return [(DiagnosticAnalyzer)Activator.CreateInstance(type!)!];
    }

    private sealed class ListFile(string path) : AdditionalText
    {
        public override string Path => path;

        public override SourceText GetText(CancellationToken cancellationToken = default) => SourceText.From(File.ReadAllText(path));
    }
}
