using Kedge.Fuzzing.Running;
using Kedge.Fuzzing.Targets;

namespace Kedge.Fuzzing.Tests;

/// <summary>A minute of damaged files for all parsers; the same ones every time.</summary>
public class FuzzingTests(FuzzingMinute minute) : IClassFixture<FuzzingMinute>
{
    public static TheoryData<string> Names => [.. FuzzTargets.All.Select(target => target.Name)];

    public static TheoryData<string> OfSoundFiles => [.. FuzzTargets.All.Except(CaseTargets.All).Select(target => target.Name)];

    [Theory, MemberData(nameof(Names))]
    public void A_damaged_file_is_read_or_refused_by_one_sentence(string name)
    {
        var target = FuzzTargets.Find(name);
        Assert.SkipWhen(target.Absent is not null, $"{name} is left out: {target.Absent}");
        var tally = minute.Of(name);
        Assert.True(tally.Findings.Count == 0, string.Join("\n\n", tally.Findings));
        Assert.NotEmpty(tally.Outcomes);
    }

    [Theory, MemberData(nameof(OfSoundFiles))]
    public void A_sound_file_is_read(string name)
    {
        var target = FuzzTargets.Find(name);
        Assert.SkipWhen(target.Absent is not null, $"{name} is left out: {target.Absent}");
        using var folder = new Kedge.Tests.Support.TemporaryFolder();
        target.Prepare?.Invoke(new(folder.Path, []));
        foreach (var bytes in target.Corpus())
            target.Read(new(folder.Path, bytes));
    }

    [Theory, MemberData(nameof(Names))]
    public void Inputs_depend_on_seed_and_number_alone(string name)
    {
        var target = FuzzTargets.Find(name);
        Assert.SkipWhen(target.Absent is not null, $"{name} is left out: {target.Absent}");
        var (one, other) = (new Mutation(target), new Mutation(target));
        one.Input(seed: 1, number: 5);
        Assert.Equal(one.Input(seed: 1, number: 6), other.Input(seed: 1, number: 6));
        Assert.Contains(Enumerable.Range(0, 10), number => !one.Input(1, number).AsSpan().SequenceEqual(one.Input(2, number)));
    }

    [Theory, MemberData(nameof(Regressions.Names), MemberType = typeof(Regressions))]
    public void An_input_that_once_was_read_wrongly_is_read_or_refused(string name)
    {
        var (target, input) = Regressions.All[name];
        var tally = minute.Read(target, input);
        Assert.True(tally.Findings.Count == 0, string.Join("\n\n", tally.Findings));
    }
}

/// <summary>The run that the tests look at. About a minute on two cores.</summary>
public sealed class FuzzingMinute : IDisposable
{
    private const int Inputs = 50_000;
    private const int Seed = 1;

    private readonly FuzzRun _run = new();
    private readonly Dictionary<string, Slice> _slices =
        FuzzRun.Plan(FuzzTargets.All, Inputs, Seed, most: Inputs).ToDictionary(slice => slice.Target);

    public void Dispose() => _run.Dispose();

    internal Tally Of(string target) => _run.Read(_slices[target]);

    internal Tally Read(string target, byte[] input) => _run.Read(new(target, Seed, 0, 1) { Input = input });
}
