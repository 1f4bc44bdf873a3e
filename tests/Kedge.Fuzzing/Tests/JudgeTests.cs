using Kedge.Fuzzing.Judging;
using Kedge.Fuzzing.Running;
using Kedge.Fuzzing.Targets;

namespace Kedge.Fuzzing.Tests;

/// <summary>Whatever a parser can do wrong is noticed, and the rest of the inputs is read all the same.</summary>
public sealed class JudgeTests(WorkerOfTests worker) : IClassFixture<WorkerOfTests>
{
    [Theory]
    [InlineData("throws", FaultKind.Exception, "FormatException")]
    [InlineData("floods", FaultKind.Message, "it has 4888 characters")]
    [InlineData("writes-controls", FaultKind.Message, "it has the control character U+001B")]
    [InlineData("names-types", FaultKind.Message, "it names the type System.Int32")]
    [InlineData("spins", FaultKind.Slow, "2.1 s")]
    [InlineData("never-ends", FaultKind.Hang, "it went on for ")]
    [InlineData("allocates", FaultKind.Allocation, "1,100 MiB")]
    [InlineData("grows", FaultKind.Memory, "1,")]
    [InlineData("leaks", FaultKind.Leak, "1 tensors")]
    [InlineData("overflows-the-stack", FaultKind.Death, "the process ended with ")]
    [InlineData("frees-wild-memory", FaultKind.Death, "the process ended with ")]
    internal void A_parser_that_is_wrong_is_noticed(string target, FaultKind kind, string detail)
    {
        var finding = Assert.Single(worker.Run.Read(Wrong(target)).Findings);
        Assert.Equal(kind, finding.Fault.Kind);
        Assert.StartsWith(detail, finding.Fault.Detail, StringComparison.Ordinal);
        Assert.Equal(["read"], worker.Run.Read(Sound(target)).Outcomes.Keys);
    }

    [Fact]
    public void A_death_leaves_the_inputs_before_and_after_it_counted()
    {
        var mutation = new Mutation(FuzzTargets.Find("overflows-the-stack"));
        bool IsDeadly(int number) => !mutation.Input(seed: 1, number).AsSpan().StartsWith("sound"u8);
        var from = Enumerable.Range(0, 1000).First(number => !IsDeadly(number) && IsDeadly(number + 1) && !IsDeadly(number + 2));
        var tally = worker.Run.Read(new("overflows-the-stack", 1, from, from + 3));
        Assert.Equal((2, 1), (tally.Outcomes["read"], tally.Outcomes["Death"]));
        Assert.Equal(from + 1, Assert.Single(tally.Findings).Number);
    }

    [Fact]
    public void Every_wrong_parser_is_tried() =>
        Assert.Equal(FaultyTargets.All.Count, typeof(JudgeTests).GetMethod(nameof(A_parser_that_is_wrong_is_noticed),
            System.Reflection.BindingFlags.Instance | System.Reflection.BindingFlags.NonPublic)!.GetCustomAttributesData()
            .Count(data => data.AttributeType == typeof(InlineDataAttribute)));

    private static Slice Wrong(string target) => new(target, 1, 0, 1) { Input = [.. "wrong"u8] };

    private static Slice Sound(string target) => new(target, 1, 0, 1) { Input = [.. "sound"u8] };
}

/// <summary>One worker for all tests of a class, and another where it dies.</summary>
public sealed class WorkerOfTests : IDisposable
{
    internal FuzzRun Run { get; } = new() { MostTime = TimeSpan.FromSeconds(5) };

    public void Dispose() => Run.Dispose();
}
