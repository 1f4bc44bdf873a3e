using System.Runtime.InteropServices;
using System.Text;

namespace Kedge.Cli.Output;

/// <summary>The standard streams. Results go to <see cref="Out"/>, all else to <see cref="Error"/>.</summary>
internal sealed class Terminal(TextReader input, TextWriter output, TextWriter error) : IDisposable
{
    private readonly CancellationTokenSource _cancellation = new();
    private readonly List<PosixSignalRegistration> _signals = [];

    public TextReader In { get; } = input;

    public PrintableWriter Out { get; } = new(output);

    public PrintableWriter Error { get; } = new(error);

    /// <summary>Whether <see cref="Error"/> is interactive, so that progress may be rewritten in place.</summary>
    public bool IsInteractive { get; init; }

    /// <summary>Whether <see cref="Out"/> is interactive, so that results are seen as they come.</summary>
    public bool ShowsResults { get; init; }

    /// <summary>Cancelled by Ctrl-C, and by SIGTERM.</summary>
    public CancellationToken Cancellation => _cancellation.Token;

    /// <summary>What the process ends with after it was cancelled.</summary>
    public int CancelledExitCode { get; private set; } = ExitCode.Cancelled;

    /// <summary>
    /// The process's own streams, in UTF-8. The first Ctrl-C or SIGTERM cancels, a second one ends the process.
    /// </summary>
    public static Terminal OfProcess()
    {
        var utf8 = new UTF8Encoding(encoderShouldEmitUTF8Identifier: false);
        var terminal = new Terminal(
            new StreamReader(Console.OpenStandardInput(), utf8),
            new StreamWriter(StandardOutput.Open(), utf8) { AutoFlush = true },
            new StreamWriter(Console.OpenStandardError(), utf8) { AutoFlush = true })
        {
            IsInteractive = !Console.IsErrorRedirected,
            ShowsResults = !Console.IsOutputRedirected,
        };
        terminal.CancelOn(PosixSignal.SIGINT, ExitCode.Cancelled);
        terminal.CancelOn(PosixSignal.SIGTERM, ExitCode.Terminated);
        return terminal;
    }

    public void Cancel(int exitCode = ExitCode.Cancelled)
    {
        CancelledExitCode = exitCode;
        _cancellation.Cancel();
    }

    public void Dispose()
    {
        foreach (var signal in _signals)
            signal.Dispose();
        _cancellation.Dispose();
    }

    private void CancelOn(PosixSignal signal, int exitCode) => _signals.Add(PosixSignalRegistration.Create(signal, received =>
    {
        received.Cancel = !Cancellation.IsCancellationRequested;
        if (received.Cancel)
            Cancel(exitCode);
    }));
}
