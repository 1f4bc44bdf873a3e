using System.Globalization;
using Kedge.Experiments;
using Kedge.Features;
using Kedge.FewShot;
using Kedge.Methods;
using Kedge.Training;

namespace Kedge.Cli.Output;

/// <summary>
/// Progress on standard error: one line rewritten in place on an interactive terminal, a line
/// every 10 seconds in a log.
/// </summary>
internal sealed class ProgressLine(Terminal terminal, TimeProvider? time = null)
    : IProgress<ExtractionProgress>, IProgress<WordProgress>, IProgress<FitProgress>,
        IProgress<TrainingProgress>, IProgress<ComparisonProgress>, IDisposable
{
    private static readonly TimeSpan InteractivePause = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan LoggedPause = TimeSpan.FromSeconds(10);

    private readonly TimeProvider _time = time ?? TimeProvider.System;
    private readonly TimeSpan _pause = terminal.IsInteractive ? InteractivePause : LoggedPause;
    private long _last = (time ?? TimeProvider.System).GetTimestamp();
    private readonly HashSet<string> _notes = [];
    private (long At, int Step)? _fitting; // the first report starts the clock, at whatever step it goes on from
    private string? _part;
    private string _comparing = "";
    private bool _open;

    /// <summary>Whether there is none, as results come all the while; default false.</summary>
    public bool IsQuiet { get; init; }

    /// <summary>Photos that are left out; told of where the line ends.</summary>
    public PhotoNotes LeftOut { get; } = new(terminal.Error, "cannot be read and is left out", "cannot be read and are left out");

    /// <summary>Photos that are used as far as they go; told of where the line ends.</summary>
    public PhotoNotes CutShort { get; } =
        new(terminal.Error, "is cut short and is used as far as it goes", "are cut short and are used as far as they go");

    /// <summary>The number of images encoded, without those from the cache.</summary>
    public int Encoded { get; private set; }

    public void Report(ExtractionProgress value)
    {
        Encoded = Math.Max(Encoded, value.Encoded); // views are extracted in two passes
        var remaining = value.Remaining is { } left ? $", {Show(left)} left" : "";
        Show($"Encoding images: {value.Done} of {value.Total}, {value.ImagesPerSecond:0.#} a second{remaining}");
    }

    public void Report(WordProgress value) => Show($"Encoding words: {value.Done} of {value.Total}");

    public void Report(FitProgress value)
    {
        if (value.Note is { } note)
        {
            if (_notes.Add(note)) // the fits of a comparison may all give the same note
                WriteOwnLine($"Note: {note}");
            return;
        }
        if (value.Part != _part)
            (_part, _fitting) = (value.Part, null);
        var started = _fitting ??= (_time.GetTimestamp(), value.Step);
        var left = value.Step > started.Step
            ? $", {Show(_time.GetElapsedTime(started.At) * ((value.Steps - value.Step) / (double)(value.Step - started.Step)))} left"
            : "";
        var loss = value.Loss is { } current ? $", loss {current:0.000}" : "";
        var gain = value.HeldOutGain is { } held ? $", {100 * held:+0.0;-0.0;0.0} points over zero-shot on held-out shots" : "";
        Show($"{_comparing}Learning{(value.Part is { } part ? $" ({part})" : "")}: step {value.Step} of {value.Steps}{loss}{gain}{left}");
    }

    public void Report(TrainingProgress value)
    {
        var (step, loss, _, speed, accuracy) = value.Latest;
        if (accuracy is { } share)
            WriteOwnLine($"Step {step}: loss {loss:0.000}, zero-shot accuracy {share:0.0 %} on held-out images");
        Show($"Training: step {step} of {value.Steps}, loss {loss:0.000}, {speed:0} pairs a second, {Show(value.Remaining)} left");
    }

    public void Report(ComparisonProgress value)
    {
        _fitting = null;
        var place = value.Parallelism == 1
            ? $"{value.Done + 1} of {value.Runs}"
            : $"{value.Done} of {value.Runs} done, {value.Parallelism} at once";
        var run = $"Comparing: {place}, {value.Method} on {value.Task}";
        _comparing = $"{run}. ";
        Show(run);
    }

    /// <summary>Reports a count out of <paramref name="total"/>.</summary>
    public IProgress<int> Counting(string what, int total) => new Counter(this, what, total);

    private sealed class Counter(ProgressLine line, string what, int total) : IProgress<int>
    {
        public void Report(int value) => line.Show($"{what}: {value} of {total}");
    }

    /// <summary>Writes a separate line.</summary>
    private void WriteOwnLine(string text)
    {
        Dispose();
        terminal.Error.WriteLine(text);
    }

    /// <summary>Ends the progress line, so that other output starts on a new one.</summary>
    public void Dispose()
    {
        if (_open)
            terminal.Error.WriteLine();
        _open = false;
        LeftOut.Write();
        CutShort.Write();
    }

    private static string Show(TimeSpan span) =>
        span.ToString(span.TotalHours >= 1 ? @"h\:mm\:ss" : @"m\:ss", CultureInfo.InvariantCulture);

    private void Show(string text)
    {
        if (IsQuiet || _time.GetElapsedTime(_last) < _pause)
            return;
        _last = _time.GetTimestamp();
        _open = terminal.IsInteractive;
        if (terminal.IsInteractive)
            terminal.Error.Rewrite(text);
        else
            terminal.Error.WriteLine(text);
    }
}
