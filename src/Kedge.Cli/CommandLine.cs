using System.CommandLine;
using System.CommandLine.Help;
using System.CommandLine.Invocation;
using Kedge.Cli.Commands;
using Kedge.Cli.Options;
using Kedge.Cli.Output;

namespace Kedge.Cli;

/// <summary>Parses the arguments and runs the command.</summary>
internal static class CommandLine
{
    private const string About = """
        Kedge learns to tell photos apart from a few examples a class.

        The shortest way:
          kedge fit --data photos --out photos.kedge       photos/ holds a folder of photos for each class
          kedge predict --classifier photos.kedge new.jpg

        Results go to standard output, progress and messages to standard error.
        Exit codes: 0 done, 1 failed, 2 wrong usage, 3 some photos could not be read, 130 cancelled, 143 terminated.
        """;

    /// <summary>Runs the command of the arguments.</summary>
    /// <returns>One of <see cref="ExitCode"/>.</returns>
    public static int Run(IReadOnlyList<string> arguments, Terminal terminal)
    {
        var verbose = new Option<bool>("--verbose") { Description = "Show the details of errors.", Recursive = true };
        var version = new VersionOption { Action = new ShowVersion() };
        Command root = new("kedge", About)
        {
            new InfoCommand(terminal),
            new TokenizeCommand(terminal),
            new EmbedCommand(terminal),
            new ClassifyCommand(terminal),
            new MineCommand(terminal),
            new FitCommand(terminal),
            new PredictCommand(terminal),
            new EvaluateCommand(terminal),
            new CompareCommand(terminal),
            new ContinualCommand(terminal),
            new TaskCommand(terminal),
            new ExplainCommand(terminal),
            new LocateCommand(terminal),
            new PretrainCommand(terminal),
            new ScenesCommand(terminal),
            new DemoCommand(terminal),
            new DatasetsCommand(terminal),
            verbose,
            version,
            new HelpOption(),
        };
        root.SetAction(_ =>
        {
            root.Parse(["--help"]).Invoke(new InvocationConfiguration { Output = terminal.Error.Plain });
            return ExitCode.WrongUsage;
        });
        var parsed = root.Parse(arguments);
        var streams = new InvocationConfiguration
        {
            Output = terminal.Out.Plain,
            Error = terminal.Error.Plain,
            EnableDefaultExceptionHandler = false,
        };
        try
        {
            if (parsed.CommandResult.Command is KedgeCommand command && UnknownOption.Find(command, arguments) is { } unknown)
                return Refuse(parsed, terminal.Error, unknown);
            return parsed.Action is ParseErrorAction
                ? Refuse(parsed, terminal.Error, parsed.Errors.Select(wrong => wrong.Message))
                : parsed.Invoke(streams);
        }
        catch (Exception e) when (StandardOutput.HasNoReader(e))
        {
            return ExitCode.NoReader;
        }
        catch (Exception e)
        {
            Tell(terminal.Error, e, parsed.GetValue(verbose));
            return ExitCode.Failed;
        }
    }

    private static void Tell(TextWriter error, Exception wrong, bool verbose)
    {
        try
        {
            error.WriteLine(Failure.Describe(wrong));
            if (verbose)
                error.Write($"{wrong}\n");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // standard error is closed: the exit code must do
        }
    }

    private static int Refuse(ParseResult parsed, TextWriter error, params IEnumerable<string> messages)
    {
        foreach (var message in messages)
            error.Write($"{message}\n");
        error.WriteLine($"See: {Path(parsed.CommandResult.Command)} --help");
        return ExitCode.WrongUsage;
    }

    /// <summary>"kedge continual learn".</summary>
    private static string Path(Command command) =>
        command.Parents.OfType<Command>().FirstOrDefault() is { } parent ? $"{Path(parent)} {command.Name}" : command.Name;

    private sealed class ShowVersion : SynchronousCommandLineAction
    {
        public override int Invoke(ParseResult parseResult)
        {
            parseResult.InvocationConfiguration.Output.WriteLine(
                typeof(KedgeException).Assembly.GetName().Version!.ToString(fieldCount: 3));
            return ExitCode.Done;
        }
    }
}
