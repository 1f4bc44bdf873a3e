using Kedge.Cli;
using Kedge.Cli.Output;

using var terminal = Terminal.OfProcess();
return CommandLine.Run(args, terminal);
