using System.Diagnostics;
using System.Text.Json;
using Kedge.Fuzzing.Judging;

namespace Kedge.Fuzzing.Running;

/// <summary>A <see cref="Worker"/> in a process of its own, watched: one that hangs or grows is ended.</summary>
internal sealed class WorkerProcess : IDisposable
{
    private const long MostResident = 4L << 30;

    private static readonly TimeSpan Look = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan MostWaiting = TimeSpan.FromMinutes(10);

    private readonly DirectoryInfo _scratch = Directory.CreateDirectory(Path.Combine(ScratchRoot,
        $"kedge-fuzzing-{Path.GetRandomFileName()}"));
    private readonly Position _position;
    private readonly Process _process;
    private readonly List<string> _errors = [];
    private readonly TimeSpan _mostTime;

    /// <param name="mostTime">Processor time after which an input is given up.</param>
    public WorkerProcess(TimeSpan mostTime)
    {
        _mostTime = mostTime;
        _position = Worker.PositionIn(_scratch.FullName);
        _process = Process.Start(new ProcessStartInfo(Program, ["worker", _scratch.FullName])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            Environment = { ["OMP_NUM_THREADS"] = "1", ["DOTNET_GCHeapHardLimit"] = "0xA0000000" }, // 2.5 GiB
        })!;
        _process.ErrorDataReceived += (_, line) => Note(line.Data);
        _process.BeginErrorReadLine();
    }

    /// <summary>Whether it can read another slice.</summary>
    public bool IsAlive { get; private set; } = true;

    // memory where there is such a file system: thousands of small files a second
    private static string ScratchRoot => Directory.Exists("/dev/shm") ? "/dev/shm" : Path.GetTempPath();

    private static string Program =>
        Path.Combine(AppContext.BaseDirectory, "Kedge.Fuzzing" + (OperatingSystem.IsWindows() ? ".exe" : ""));

    /// <summary>Has a slice read.</summary>
    /// <returns>The tally; where the process died of an input, a tally of that input alone.</returns>
    public Tally Read(Slice slice)
    {
        _position.Number = slice.From;
        var answer = Task.Run(() => Ask(JsonSerializer.Serialize(slice)));
        var watched = Watch();
        while (!answer.Wait(Look))
        {
            var now = Watch();
            if (now.Number != watched.Number)
                watched = now;
            else if (now.Time - watched.Time > _mostTime || now.Clock - watched.Clock > MostWaiting)
                return Ended(slice, FaultKind.Hang, $"it went on for {(now.Time - watched.Time).TotalSeconds:0.0} s and did not end");
            if (now.Resident > MostResident)
                return Ended(slice, FaultKind.Hang, $"it had {now.Resident >> 20:N0} MiB and did not end");
        }
        if (answer.Result is { } line)
            return JsonSerializer.Deserialize<Tally>(line)!;
        _process.WaitForExit();
        return Ended(slice, FaultKind.Death, $"the process ended with {_process.ExitCode}");
    }

    public void Dispose()
    {
        if (!_process.HasExited)
            _process.Kill();
        _process.WaitForExit();
        _process.Dispose();
        _position.Dispose();
        if (Directory.Exists(_scratch.FullName))
            _scratch.Delete(recursive: true);
    }

    private (int Number, TimeSpan Time, DateTime Clock, long Resident) Watch()
    {
        _process.Refresh();
        return _process.HasExited ? (-1, TimeSpan.Zero, DateTime.UtcNow, 0)
            : (_position.Number, _process.TotalProcessorTime, DateTime.UtcNow, _process.WorkingSet64);
    }

    private string? Ask(string line)
    {
        try
        {
            _process.StandardInput.WriteLine(line);
            _process.StandardInput.Flush();
            return _process.StandardOutput.ReadLine();
        }
        catch (IOException)
        {
            return null; // it is no longer there
        }
    }

    private Tally Ended(Slice slice, FaultKind kind, string how)
    {
        IsAlive = false;
        if (!_process.HasExited)
            _process.Kill();
        _process.WaitForExit();
        var at = _position.Number;
        string said;
        lock (_errors)
            said = string.Join('\n', _errors.TakeLast(60));
        var fault = new Fault(kind, $"{how}\n{said}", $"{kind} {Frame(said)}");
        var tally = new Tally(slice with { Input = null, From = at, To = at + 1 });
        tally.Add(at, new(kind.ToString(), TimeSpan.Zero, 0, 0, fault));
        return tally;
    }

    private void Note(string? line)
    {
        lock (_errors)
        {
            if (line is not null && _errors.Count < 1000) // a stack that overflowed has many lines
                _errors.Add(line);
        }
    }

    private static string Frame(string said) =>
        said.Split('\n').FirstOrDefault(line => line.Contains(" Kedge.", StringComparison.Ordinal))?.Trim() ?? "nowhere";
}
