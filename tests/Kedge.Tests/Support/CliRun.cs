using System.Text.RegularExpressions;
using Kedge.Cli;
using Kedge.Cli.Output;

namespace Kedge.Tests.Support;

/// <summary>
/// The command line, run in this process with captured streams; in float32 where a test names no precision, so that
/// results are the same on every processor.
/// </summary>
internal sealed partial record CliRun(int ExitCode, string Out, string Error)
{
    public static CliRun Of(params string[] arguments) => Of(arguments, input: "");

    public static CliRun Of(string[] arguments, string input, bool cancelled = false)
    {
        using var output = new StringWriter { NewLine = "\n" };
        using var error = new StringWriter { NewLine = "\n" };
        using var terminal = new Terminal(new StringReader(input), output, error);
        if (cancelled)
            terminal.Cancel();
        var exitCode = CommandLine.Run(InFloat32(arguments), terminal);
        return new(exitCode, output.ToString(), WithoutAssumptions(error.ToString()));
    }

    /// <summary>
    /// Without the note about the golden models, which are files of weights alone: whoever means it takes a folder.
    /// </summary>
    public static string WithoutAssumptions(string error) => AssumedOfGoldenModels().Replace(error, "");

    [GeneratedRegex(@"^Note: nothing states the .* of the model '[^']*\.safetensors', .*\n", RegexOptions.Multiline)]
    private static partial Regex AssumedOfGoldenModels();

    private static string[] InFloat32(string[] arguments) =>
        arguments is ["classify" or "compare" or "demo" or "embed" or "fit" or "info" or "mine" or "task", ..]
            && !arguments.Contains("--precision") && !arguments.Contains("--help")
            ? [arguments[0], "--precision", "float32", .. arguments[1..]] : arguments;

    /// <summary>Runs what must succeed and gives its standard output.</summary>
    public static string Done(params string[] arguments)
    {
        var run = Of(arguments);
        Assert.Equal((0, ""), (run.ExitCode, run.Error));
        return run.Out;
    }

    /// <summary>Runs what must fail with nothing on standard output and gives its one line on standard error.</summary>
    public static string Failed(params string[] arguments)
    {
        var run = Of(arguments);
        Assert.Equal((1, ""), (run.ExitCode, run.Out));
        Assert.Equal('\n', run.Error[^1]);
        Assert.DoesNotContain('\n', run.Error[..^1]);
        return run.Error[..^1];
    }
}
