using System.Reflection;
using Kedge.Tests.Support;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Kedge.Tests.Runtime;

/// <summary>
/// The list of banned members against the TorchSharp at hand: a newer one shows here what it has more, or no longer.
/// </summary>
public class ScalarBansTests
{
    private static readonly HashSet<string> Banned =
        [.. File.ReadLines(Path.Combine(AppContext.BaseDirectory, "BannedSymbols.Scalars.txt")).Select(line => line.Split(';')[0])];

    [Fact]
    public void Every_member_that_makes_a_scalar_which_nobody_holds_is_banned() =>
        Assert.Empty(UnheldScalars.VisibleMembers.Where(member => !Names(member).Any(Banned.Contains)).Select(DocumentationId.Of));

    [Fact]
    public void Nothing_else_is_banned() =>
        Assert.Empty(Banned.Except(UnheldScalars.VisibleMembers.SelectMany(Names)));

    /// <summary>
    /// So that <c>x - y</c> may stay, while <c>x + y</c> may not: only the latter has a factor,
    /// which is made anew each time.
    /// </summary>
    [Theory]
    [InlineData("op_Addition", true)]
    [InlineData("op_Subtraction", false)]
    [InlineData("op_Multiply", false)]
    [InlineData("op_Division", false)]
    public void Of_two_tensors_only_the_sum_makes_a_scalar(string name, bool makes) =>
        Assert.Equal(makes, UnheldScalars.Members.Contains(typeof(Tensor).GetMethod(name, [typeof(Tensor), typeof(Tensor)])!));

    [Fact]
    public void Reading_one_entry_makes_none() =>
        Assert.DoesNotContain(typeof(Tensor).GetMethod(nameof(Tensor.item))!, UnheldScalars.Members);

    /// <summary>
    /// A member's own name and those of the types that it is in. For a step of an optimiser its constructors' too: ours
    /// override it, so that calls of theirs may not be banned, and no other can be made.
    /// </summary>
    private static IEnumerable<string> Names(MethodBase member)
    {
        yield return DocumentationId.Of(member);
        if (member.Name == "step" && typeof(OptimizerHelper).IsAssignableFrom(member.DeclaringType))
        {
            foreach (var constructor in member.DeclaringType!.GetConstructors())
                yield return DocumentationId.Of(constructor);
        }
        for (var type = member.DeclaringType; type is not null; type = type.DeclaringType)
            yield return DocumentationId.Of(type);
    }
}
