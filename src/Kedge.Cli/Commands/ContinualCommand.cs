using System.CommandLine;
using Kedge.Cli.Output;

namespace Kedge.Cli.Commands;

/// <summary><c>kedge continual</c>: classes that arrive over time.</summary>
internal sealed class ContinualCommand : Command
{
    public ContinualCommand(Terminal terminal)
        : base("continual", "Learns classes that arrive over time, without the photos of those before.\n" +
            "Example: kedge continual learn --classifier stream.kedge --data new")
    {
        Add(new ContinualInitCommand(terminal));
        Add(new ContinualLearnCommand(terminal));
        Add(new ContinualEvaluateCommand(terminal));
        Add(new PredictCommand(terminal));
        Add(new ContinualInfoCommand(terminal));
    }
}
