using System.Text.Json;
using Kedge.Fuzzing.Judging;
using Kedge.Runtime;

namespace Kedge.Fuzzing.Running;

/// <summary>
/// The process that reads the inputs: a slice a line on standard input, a tally a line on standard output. A parser
/// that takes its process down takes down this one.
/// </summary>
/// <param name="scratch">A folder for what parsers read; it also holds the position.</param>
/// <param name="limits">What reading one input may take.</param>
internal sealed class Worker(string scratch, Limits limits) : IDisposable
{
    private const string PositionFile = "position";

    private readonly Position _position = new(Path.Combine(scratch, PositionFile));
    private readonly Dictionary<string, (FuzzTarget Target, Mutation Mutation, Judge Judge)> _ready = [];

    public static Position PositionIn(string scratch) => new(Path.Combine(scratch, PositionFile));

    public void Run(TextReader work, TextWriter results)
    {
        LibTorch.Load();
        while (work.ReadLine() is { } line)
        {
            results.WriteLine(JsonSerializer.Serialize(Read(JsonSerializer.Deserialize<Slice>(line)!)));
            results.Flush();
        }
    }

    public Tally Read(Slice slice)
    {
        var (target, mutation, judge) = _ready.TryGetValue(slice.Target, out var ready) ? ready
            : _ready[slice.Target] = MakeReady(FuzzTargets.Find(slice.Target));
        var tally = new Tally(slice with { Input = null });
        for (var number = slice.From; number < slice.To; number++)
        {
            _position.Number = number;
            tally.Add(number, judge.Examine(Input(target, slice.Input ?? mutation.Input(slice.Seed, number))));
        }
        return tally;
    }

    public void Dispose()
    {
        foreach (var (_, _, judge) in _ready.Values)
            judge.Dispose();
        _position.Dispose();
    }

    private FuzzInput Input(FuzzTarget target, byte[] bytes) => new(Path.Combine(scratch, target.Name), bytes);

    /// <summary>Prepares a target's folder and reads its sound files twice: what is made once is made then.</summary>
    private (FuzzTarget Target, Mutation Mutation, Judge Judge) MakeReady(FuzzTarget target)
    {
        var (mutation, judge) = (new Mutation(target), new Judge(target, limits));
        Directory.CreateDirectory(Path.Combine(scratch, target.Name));
        target.Prepare?.Invoke(Input(target, []));
        foreach (var bytes in mutation.Corpus.Concat(mutation.Corpus))
            judge.Examine(Input(target, bytes));
        GC.Collect();
        judge.WarmedUp();
        return (target, mutation, judge);
    }
}
