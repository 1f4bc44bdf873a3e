using Kedge.Cli;
using Kedge.Cli.Output;
using Kedge.Tests.Support;
using static TorchSharp.torch;

namespace Kedge.Tests.Cli.Commands;

/// <summary><c>kedge fit --checkpoint</c>, on features.</summary>
public sealed class FitCheckpointCommandTests : IDisposable
{
    private readonly TaskFile _file = new TaskFile()
        .With("anchor.features", eye(4)[..3].DetachFromDisposeScope()).With("anchor_names", """["fur","water","cat"]""");

    public void Dispose() => _file.Dispose();

    private string[] Fit => ["fit", "--task", _file.Path, "--checkpoint", _file["x.fit"], "--out", _file["x.kedge"]];

    // it tells of the words before its first step
    private static string[] Words => ["--method", "rtos", "--option", "start=words"];

    [Fact]
    public void After_Ctrl_C_the_same_command_goes_on_and_leaves_no_checkpoint()
    {
        CliRun.Of(["fit", "--task", _file.Write(), "--out", _file["whole.kedge"], .. Words]);
        var stopped = Run(stopAt: "Note: 1 of 3 anchor words"); // said before the first step
        Assert.Equal(130, stopped.ExitCode);
        Assert.EndsWith($"\nCancelled: the fit is kept in '{_file["x.fit"]}' and the same command goes on from it; " +
            "no classifier was written.\n", stopped.Error);
        Assert.False(File.Exists(_file["x.kedge"]));

        var resumed = Run(stopAt: null);
        Assert.Equal(0, resumed.ExitCode);
        Assert.Contains("\nNote: the fit goes on from step 1, where it was stopped.\n", resumed.Error);
        Assert.Equal(File.ReadAllBytes(_file["whole.kedge"]), File.ReadAllBytes(_file["x.kedge"]));
        Assert.False(File.Exists(_file["x.fit"]));
    }

    [Fact]
    public void A_file_that_is_no_checkpoint_is_refused_and_stays()
    {
        _file.Write();
        File.WriteAllText(_file["x.fit"], "holiday");
        foreach (var method in (string[])["rtos", "zero-shot"])
            Assert.Contains(_file["x.fit"], CliRun.Failed([.. Fit, "--method", method]));
        Assert.Equal("holiday", File.ReadAllText(_file["x.fit"]));
        Assert.Equal($"--checkpoint and --out are both '{_file["x.kedge"]}': name two files, for the checkpoint is removed in the end.",
            CliRun.Failed("fit", "--task", _file.Path, "--checkpoint", _file["x.kedge"], "--out", _file["x.kedge"]));
    }

    private CliRun Run(string? stopAt)
    {
        using var output = new StringWriter { NewLine = "\n" };
        using var error = new Listener { NewLine = "\n" };
        using var terminal = new Terminal(TextReader.Null, output, error);
        error.Heard = line =>
        {
            if (stopAt is not null && line.StartsWith(stopAt, StringComparison.Ordinal))
                terminal.Cancel();
        };
        return new CliRun(CommandLine.Run([.. Fit, .. Words], terminal), output.ToString(), error.ToString());
    }

    private sealed class Listener : StringWriter
    {
        public Action<string> Heard { get; set; } = _ => { };

        public override void WriteLine(string? value)
        {
            base.WriteLine(value);
            Heard(value ?? "");
        }
    }
}
