using System.CommandLine;
using Kedge.Fuzzing.Running;

namespace Kedge.Fuzzing;

/// <summary>The commands: docs/fuzzing.md says how to use them.</summary>
internal static class FuzzCommands
{
    private const int InputsOfSlice = 5000;

    private static readonly Option<int> Inputs = new("--inputs")
    {
        DefaultValueFactory = _ => 1_000_000,
        Description = "How many inputs in all."
    };
    private static readonly Option<int> Seed = new("--seed") { DefaultValueFactory = _ => 1, Description = "The seed of all inputs." };
    private static readonly Option<string[]> Targets = new("--target")
    {
        Description = "A parser; all where none is named.",
        AllowMultipleArgumentsPerToken = true
    };
    private static readonly Option<string> Out = new("--out")
    {
        DefaultValueFactory = _ => "fuzzing.jsonl",
        Description = "The file of tallies; what is in it is not run again."
    };
    private static readonly Option<int> Number = new("--number") { Required = true, Description = "The number of the input." };
    private static readonly Option<bool> Minimise = new("--minimise") { Description = "Make the input shorter as long as it fails alike." };
    private static readonly Argument<string> Target = new("target");
    private static readonly Argument<string> Tallies = new("file");

    public static RootCommand Root { get; } = new("Feeds damaged files to every parser of user input.")
    {
        Verb(new("fuzz", "Reads damaged inputs of all parsers.") { Inputs, Seed, Targets, Out }, Fuzz),
        Verb(new("reproduce", "Reads one input again and says what is wrong.") { Target, Seed, Number, Minimise }, Reproduce),
        Verb(new("table", "Prints the tallies of a file as a table.") { Tallies }, PrintTable),
    };

    private static Command Verb(Command command, Func<ParseResult, int> run)
    {
        command.SetAction(run);
        return command;
    }

    private static int Fuzz(ParseResult parsed)
    {
        var (file, names) = (new TallyFile(parsed.GetValue(Out)!), parsed.GetValue(Targets) ?? []);
        FuzzTarget[] targets = names.Length == 0 ? [.. FuzzTargets.All] : [.. names.Select(FuzzTargets.Find)];
        foreach (var target in targets.Where(target => target.Absent is not null))
            Console.Error.WriteLine($"{target.Name} is left out: {target.Absent}");
        var done = file.Read();
        using var run = new FuzzRun();
        foreach (var slice in FuzzRun.Plan(targets, parsed.GetValue(Inputs), parsed.GetValue(Seed), InputsOfSlice)
            .ExceptBy(done.Select(tally => tally.Slice), slice => slice))
        {
            var tally = run.Read(slice);
            file.Append(tally);
            Console.Error.WriteLine($"{slice}: {string.Join(", ", tally.Outcomes.Select(outcome => $"{outcome.Value} {outcome.Key}"))}");
            tally.Findings.ForEach(finding => Console.Error.WriteLine(finding));
        }
        var all = file.Read();
        Console.WriteLine(TallyTable.Write(all));
        return all.Any(tally => tally.Findings.Count > 0) ? 1 : 0;
    }

    private static int Reproduce(ParseResult parsed)
    {
        var (name, seed, number) = (parsed.GetValue(Target)!, parsed.GetValue(Seed), parsed.GetValue(Number));
        using var run = new FuzzRun();
        var input = new Mutation(FuzzTargets.Find(name)).Input(seed, number);
        if (Find(input) is not { } finding)
        {
            Console.WriteLine($"Input {number} of {name} with the seed {seed} ({input.Length} bytes) is read as it should be.");
            return 0;
        }
        if (parsed.GetValue(Minimise))
            input = new Minimiser(bytes => Find(bytes)?.Fault.Signature == finding.Fault.Signature).Minimise(input);
        var file = Path.GetFullPath($"{name}-{seed}-{number}");
        File.WriteAllBytes(file, input);
        Console.WriteLine($"{finding.Fault.Kind}: {finding.Fault.Detail}\n{input.Length} bytes, in '{file}'; in code:\n" +
            $"new(\"{name}\", Convert.FromBase64String(\"{Convert.ToBase64String(input)}\")),");
        return 1;

        Finding? Find(byte[] bytes) => run.Read(new(name, seed, number, number + 1) { Input = bytes }).Findings.FirstOrDefault();
    }

    private static int PrintTable(ParseResult parsed)
    {
        Console.WriteLine(TallyTable.Write(new TallyFile(parsed.GetValue(Tallies)!).Read()));
        return 0;
    }
}
