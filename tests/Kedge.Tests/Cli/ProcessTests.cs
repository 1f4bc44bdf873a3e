using Kedge.Tests.Support;

namespace Kedge.Tests.Cli;

/// <summary>What the surroundings do to the program: signals, readers that go, limits, users without a home.</summary>
public class ProcessTests
{
    [Theory, InlineData("INT", 130), InlineData("TERM", 143)]
    public void A_signal_stops_a_fit_with_a_checkpoint_and_one_line(string signal, int exitCode)
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "There are no signals.");
        var env = $"env --default-signal={signal}"; // jobs in a shell's background ignore SIGINT
        Assert.SkipUnless(ShellRun.Of($"{env} true").ExitCode == 0, "This env cannot set signals back.");
        using var photos = PhotoFolder.Flat(photos: 2, "apple", "leaf");
        var (checkpoint, classifier) = (photos["x.fit"], photos["x.kedge"]);
        var run = ShellRun.Of($"""
            {env} {ShellRun.Program} fit --data '{photos.Data}' --model '{PhotoFolder.Clip}' --method rtos --option steps=10000 \
                --no-cache --checkpoint '{checkpoint}' --out '{classifier}' &
            for i in $(seq 600); do [ -e '{checkpoint}' ] && break; sleep 0.1; done
            kill -{signal} $!; wait $!
            """);
        Assert.Equal((exitCode, ""), (run.ExitCode, run.Out));
        Assert.EndsWith($"Cancelled: the fit is kept in '{checkpoint}' and the same command goes on from it; no classifier was written.\n",
            run.Error);
        Assert.Equal([photos.Data, checkpoint], Directory.GetFileSystemEntries(photos["."]).Select(Path.GetFullPath).Order());
    }

    [Fact]
    public void A_reader_that_has_gone_ends_it_quietly()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "There is no sh.");
        using var photos = PhotoFolder.Flat();
        var run = ShellRun.Of($"({ShellRun.Program} classify --model '{PhotoFolder.Clip}' --precision float32 --classes apple,leaf " +
            $"'{photos.Data}'; echo $? >&2) | true");
        Assert.Equal(new CliRun(0, "", "141\n"), run);
    }

    [Fact]
    public void Without_standard_error_the_exit_code_says_that_it_failed()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "There is no sh.");
        Assert.Equal(new CliRun(1, "", ""), ShellRun.Of($"{ShellRun.Program} info nonsense 2>&-"));
    }

    [Fact]
    public void Too_few_open_files_are_said_before_anything_crashes()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "There is no such limit.");
        var run = ShellRun.Of($"ulimit -n 40 && {ShellRun.Program} info kedge-mini");
        Assert.Equal(new CliRun(1, "",
            "Kedge needs to open up to 128 files at once, and fewer are allowed here: raise the limit (ulimit -n 1024).\n"), run);
    }

    [Fact]
    public void A_user_without_a_home_gets_no_cache_and_a_note()
    {
        const string user = "setpriv --reuid 12345 --regid 12345 --clear-groups";
        Assert.SkipUnless(OperatingSystem.IsLinux() && ShellRun.Of($"{user} true").ExitCode == 0, "Users cannot be changed here.");
        using var photos = PhotoFolder.Flat();
        var work = Directory.CreateDirectory(photos["work"]).FullName;
        var run = ShellRun.Of($"""
            chmod -R o+rX '{photos["."]}' && chmod 777 '{work}' && cd '{work}' && unset XDG_CACHE_HOME && HOME=. \
            {user} {ShellRun.Program} embed --precision float32 --images '{photos.Data}' --model '{PhotoFolder.Clip}' \
                --out f.safetensors
            """);
        Assert.Equal(new CliRun(0, "",
            "Note: features are not kept between runs, as there is no home folder for them: name one (--cache).\n"), run);
        Assert.Equal([photos["work/f.safetensors"]], Directory.GetFileSystemEntries(work));
    }
}
