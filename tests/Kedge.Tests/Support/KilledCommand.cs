using System.Diagnostics;
using System.Globalization;
using Kedge.Runtime;

namespace Kedge.Tests.Support;

/// <summary>
/// A command that is killed (SIGKILL) at random moments and run again: what it leaves must be whole, and the second run
/// must end with what an undisturbed one gives. The moments come from a seed, as shares of the undisturbed run's time.
/// </summary>
/// <param name="name">What tables call it.</param>
/// <param name="arguments">The arguments, given the folder that it works in.</param>
/// <param name="check">Throws where something in the folder is half-written.</param>
/// <param name="result">What must be equal in the end.</param>
internal sealed class KilledCommand(
    string name, Func<string, string[]> arguments, Action<string> check, Func<string, string> result)
{
    private const int TriesPerKill = 20;
    private const double Earliest = 0.05; // as a share of the time of an undisturbed run

    private static readonly TimeSpan Glance = TimeSpan.FromMilliseconds(2);

    /// <summary>The arguments of the second run; null: those of the first.</summary>
    public Func<string, string[]>? Again { get; init; }

    /// <summary>
    /// Whether it is killed only after the time at which an undisturbed run has written something, and half of the
    /// times as soon as a temporary file is seen then.
    /// </summary>
    public bool InWrites { get; init; }

    /// <summary>Kills the command some times, each in a folder of its own.</summary>
    /// <returns>A row of a Markdown table: kills, with something left, with temporary files left.</returns>
    public string Kill(int kills, int seed)
    {
        using var root = new TemporaryFolder();
        var random = new SeededRandom(seed);
        Finish(arguments(root["cold"]), root["cold"]); // the first start of a program is slow
        var clock = Stopwatch.StartNew();
        var written = Finish(arguments(root["whole"]), root["whole"]);
        var (expected, whole) = (result(root["whole"]), clock.Elapsed);
        var from = InWrites ? written / whole : Earliest;
        var (killed, withOutput, withTemporary) = (0, 0, 0);
        for (var attempt = 0; killed < kills && attempt < kills * TriesPerKill; attempt++)
        {
            var folder = root[attempt.ToString(CultureInfo.InvariantCulture)];
            var moment = whole * (from + ((1 - from) * random.NextDouble()));
            if (Ended(folder, moment, inWrite: InWrites && random.NextDouble() < 0.5) is { } time)
            {
                whole = time < whole ? time : whole; // other work of the machine had slowed it
                continue;
            }
            killed++;
            withOutput += Files(folder).Length > 0 ? 1 : 0;
            withTemporary += Temporary(folder).Length > 0 ? 1 : 0;
            check(folder);
            Finish((Again ?? arguments)(folder), folder);
            Assert.Equal(expected, result(folder));
            Assert.Empty(Temporary(folder));
            Directory.Delete(folder, recursive: true);
        }
        Assert.Equal(kills, killed);
        return $"| `{name}` | {killed} | {withOutput} | {withTemporary} | 0 |";
    }

    /// <summary>Kills the command after some time, or in the next write after it; the time that it took where it ended
    /// before.</summary>
    private TimeSpan? Ended(string folder, TimeSpan after, bool inWrite)
    {
        var clock = Stopwatch.StartNew();
        using var process = Start(arguments(folder), folder);
        _ = process.StandardError.ReadToEndAsync();
        _ = process.StandardOutput.ReadToEndAsync();
        if (process.WaitForExit(after))
            return clock.Elapsed;
        while (inWrite && Temporary(folder).Length == 0 && !process.HasExited)
            Thread.Yield();
        process.Kill();
        process.WaitForExit();
        return process.ExitCode == 0 ? clock.Elapsed : null; // it may end in the very moment
    }

    /// <summary>Runs the command to its end; the time after which something lay in its folder.</summary>
    private static TimeSpan Finish(string[] arguments, string folder)
    {
        var clock = Stopwatch.StartNew();
        using var process = Start(arguments, folder);
        var (output, messages) = (process.StandardOutput.ReadToEndAsync(), process.StandardError.ReadToEndAsync());
        while (Directory.GetFileSystemEntries(folder).Length == 0 && !process.WaitForExit(Glance))
            continue;
        var written = clock.Elapsed;
        process.WaitForExit();
        var error = messages.GetAwaiter().GetResult();
        Assert.True(process.ExitCode == 0, $"{string.Join(' ', arguments)}\n{error}{output.GetAwaiter().GetResult()}");
        Assert.DoesNotContain("damaged", error);
        return written;
    }

    private static Process Start(string[] arguments, string folder)
    {
        Directory.CreateDirectory(folder);
        return Process.Start(new ProcessStartInfo("dotnet", [Path.Combine(AppContext.BaseDirectory, "Kedge.Cli.dll"), .. arguments])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        })!;
    }

    private static string[] Files(string folder) => Directory.GetFiles(folder, "*", SearchOption.AllDirectories);

    private static string[] Temporary(string folder) =>
        [.. Files(folder).Where(file => file.Contains(".tmp", StringComparison.Ordinal) || Path.GetFileName(file) == "run.lock")];
}
