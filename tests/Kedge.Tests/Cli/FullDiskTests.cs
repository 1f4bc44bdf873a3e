using Kedge.Tests.Support;

namespace Kedge.Tests.Cli;

/// <summary>
/// Runs the program in a mount namespace with a file system of a few kilobytes, where the system lets one be made.
/// </summary>
public class FullDiskTests
{
    [Fact]
    public void A_full_disk_is_said_and_leaves_nothing()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux() && ShellRun.Of("unshare -rm mount -t tmpfs none /mnt").ExitCode == 0,
            "Mount namespaces are not allowed here.");
        using var photos = PhotoFolder.Flat();
        var disk = Directory.CreateDirectory(photos["disk"]).FullName;
        var fit = $"{ShellRun.Program} fit --data '{photos.Data}' --model " +
            $"'{PhotoFolder.Clip}' --shots 2 --option steps=0 --no-cache --out '{disk}/x.kedge'";
        File.WriteAllText(photos["fit.sh"], $"mount -t tmpfs -o size=8k none '{disk}' && {fit}; code=$?; ls -A '{disk}'; exit $code");
        var run = ShellRun.Of($"unshare -rm sh '{photos["fit.sh"]}'");
        Assert.Equal((1, ""), (run.ExitCode, run.Out));
        Assert.Matches($@"\A'{disk}/x\.kedge' \([\d,]+ bytes\) cannot be written: .*(disk was full|No space left on device).* Free some space, or choose a place that you may write to\.\n\z", run.Error);
    }

    [Fact]
    public void Results_that_find_no_space_are_said()
    {
        Assert.SkipUnless(File.Exists("/dev/full"), "There is no /dev/full.");
        var run = ShellRun.Of($"echo dog | {ShellRun.Program} tokenize > /dev/full");
        Assert.Equal(new CliRun(1, "", "Reading or writing failed: No space left on device\n"), run);
    }

    [Theory]
    [InlineData("head -c 8000 /dev/zero > '{0}/filler'")]
    [InlineData("mount -o remount,ro '{0}'")]
    public void A_cache_without_room_or_on_a_read_only_disk_is_a_note(string spoil)
    {
        Assert.SkipUnless(OperatingSystem.IsLinux() && ShellRun.Of("unshare -rm mount -t tmpfs none /mnt").ExitCode == 0,
            "Mount namespaces are not allowed here.");
        using var photos = PhotoFolder.Flat();
        var disk = Directory.CreateDirectory(photos["disk"]).FullName;
        File.WriteAllText(photos["embed.sh"], $"""
            mount -t tmpfs -o size=8k none '{disk}' && {spoil.Replace("{0}", disk, StringComparison.Ordinal)}
            {ShellRun.Program} embed --images '{photos.Data}' --model '{PhotoFolder.Clip}' --precision float32 \
                --cache '{disk}/cache' --out '{photos["f.safetensors"]}'; code=$?
            find '{disk}' -name '*.tmp' -o -name '*.safetensors'; exit $code
            """);
        var run = ShellRun.Of($"unshare -rm sh '{photos["embed.sh"]}'");
        Assert.Equal((0, ""), (run.ExitCode, run.Out));
        Assert.Matches($@"\ANote: Features are not kept between runs: .*'{disk}/cache.* cannot be (made|written): .*\n\z", run.Error);
        Assert.True(File.Exists(photos["f.safetensors"]));
    }
}
