using System.Reflection;
using Kedge.Optimisation;
using Kedge.Runtime;
using Kedge.Tests.Support;

namespace Kedge.Tests.Runtime;

/// <summary>
/// The library's compiled code against the TorchSharp at hand. It holds more than the analyzer's rule does: compound
/// assignments (<c>x *= 0.5</c>), which that rule does not look at, and members that no list names.
/// </summary>
public class HeldScalarsTests
{
    /// <summary>
    /// Where a scalar is made for its caller to hold, and where an optimiser is made whose steps hold theirs.
    /// </summary>
    private static readonly MethodBase[] Sanctioned =
    [
        typeof(Number).GetMethod(nameof(Number.Hold))!,
        .. new[] { typeof(Adam), typeof(AdamW), typeof(Sgd) }.SelectMany(type => type.GetConstructors()),
    ];

    public static TheoryData<string> Assemblies => ["Kedge", "Kedge.Cli"];

    [Theory]
    [MemberData(nameof(Assemblies))]
    public void Nothing_makes_a_scalar_that_nobody_holds(string assembly)
    {
        var calls = new MethodCalls(Assembly.Load(assembly)).Called;
        Assert.Empty(
            from method in calls.Keys.Except(Sanctioned)
            from called in calls[method].Where(UnheldScalars.Members.Contains)
            select $"{method.DeclaringType}.{method.Name} calls {DocumentationId.Of(called)}");
    }

    /// <summary>So that the test above cannot pass because it sees nothing.</summary>
    [Fact]
    public void A_compound_assignment_is_seen()
    {
        var calls = new MethodCalls(typeof(HeldScalarsTests).Assembly).Called;
        var sample = typeof(HeldScalarsTests).GetMethod(nameof(Sample), BindingFlags.NonPublic | BindingFlags.Static)!;
        Assert.Contains(calls[sample], UnheldScalars.Members.Contains);
    }

    private static TorchSharp.torch.Tensor Sample(TorchSharp.torch.Tensor x)
    {
        x *= 0.5;
        return x;
    }
}
