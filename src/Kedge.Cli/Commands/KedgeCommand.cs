using System.CommandLine;
using Kedge.Cli.Output;

namespace Kedge.Cli.Commands;

/// <summary>A command: parses options, calls the library, writes results.</summary>
internal abstract class KedgeCommand : Command
{
    protected KedgeCommand(Terminal terminal, string name, string description, string example)
        : base(name, $"{description}\nExample: {example}")
    {
        Terminal = terminal;
        SetAction(Invoke);
    }

    protected Terminal Terminal { get; }

    /// <summary>What the process ends with once <see cref="Run"/> is done.</summary>
    protected int Outcome { get; set; } = ExitCode.Done;

    /// <summary>Runs the command; throws a <see cref="KedgeException"/> where it fails.</summary>
    protected abstract void Run(ParseResult parsed);

    /// <summary>What remains after a cancelled run: the second half of a sentence.</summary>
    protected virtual string Kept(ParseResult parsed) => "nothing was written.";

    private int Invoke(ParseResult parsed)
    {
        try
        {
            Run(parsed);
            return Outcome;
        }
        catch (OperationCanceledException)
        {
            Terminal.Error.WriteLine($"Cancelled: {Kept(parsed)}");
            return Terminal.CancelledExitCode;
        }
    }
}
