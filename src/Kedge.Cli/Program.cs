using Kedge.Cli;
using Kedge.Cli.Output;

if (!OpenFileLimit.Check())
    return ExitCode.Failed;
ImageCodecs.AddThoseAtHand();
using var terminal = Terminal.OfProcess();
return CommandLine.Run(args, terminal);
