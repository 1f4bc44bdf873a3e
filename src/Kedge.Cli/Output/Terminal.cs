using System.Text;

namespace Kedge.Cli.Output;

/// <summary>The standard streams. Results go to <see cref="Out"/>, all else to <see cref="Error"/>.</summary>
internal sealed class Terminal(TextReader input, TextWriter output, TextWriter error) : IDisposable
{
    private readonly CancellationTokenSource _cancellation = new();

    public TextReader In { get; } = input;

    public TextWriter Out { get; } = output;

    public TextWriter Error { get; } = error;

    /// <summary>Whether <see cref="Error"/> is interactive, so that progress may be rewritten in place.</summary>
    public bool IsInteractive { get; init; }

    /// <summary>Whether <see cref="Out"/> is interactive, so that results are seen as they come.</summary>
    public bool ShowsResults { get; init; }

    /// <summary>Cancelled by Ctrl-C.</summary>
    public CancellationToken Cancellation => _cancellation.Token;

    /// <summary>The process's own streams, in UTF-8. The first Ctrl-C cancels, a second one ends the process.</summary>
    public static Terminal OfProcess()
    {
        var utf8 = new UTF8Encoding(encoderShouldEmitUTF8Identifier: false);
        var terminal = new Terminal(
            new StreamReader(Console.OpenStandardInput(), utf8),
            new StreamWriter(Console.OpenStandardOutput(), utf8) { AutoFlush = true },
            new StreamWriter(Console.OpenStandardError(), utf8) { AutoFlush = true })
        {
            IsInteractive = !Console.IsErrorRedirected,
            ShowsResults = !Console.IsOutputRedirected,
        };
        Console.CancelKeyPress += (_, press) =>
        {
            press.Cancel = !terminal.Cancellation.IsCancellationRequested;
            terminal.Cancel();
        };
        return terminal;
    }

    public void Cancel() => _cancellation.Cancel();

    public void Dispose() => _cancellation.Dispose();
}
