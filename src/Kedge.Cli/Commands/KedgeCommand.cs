using System.CommandLine;
using Kedge.Cli.Output;

namespace Kedge.Cli.Commands;

/// <summary>A command: options in, library called, results shown.</summary>
internal abstract class KedgeCommand : Command
{
    protected KedgeCommand(Terminal terminal, string name, string description, string example)
        : base(name, $"{description}\nExample: {example}")
    {
        Terminal = terminal;
        SetAction(Invoke);
    }

    protected Terminal Terminal { get; }

    /// <summary>Does it; a <see cref="KedgeException"/> is the way to fail.</summary>
    protected abstract void Run(ParseResult parsed);

    /// <summary>What a cancelled run leaves, in a sentence's second half.</summary>
    protected virtual string Kept(ParseResult parsed) => "nothing was written.";

    private int Invoke(ParseResult parsed)
    {
        try
        {
            Run(parsed);
            return ExitCode.Done;
        }
        catch (OperationCanceledException)
        {
            Terminal.Error.WriteLine($"Cancelled: {Kept(parsed)}");
            return ExitCode.Cancelled;
        }
    }
}
