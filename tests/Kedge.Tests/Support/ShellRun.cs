using System.Diagnostics;

namespace Kedge.Tests.Support;

/// <summary>Runs the program as a process of its own, by a POSIX shell.</summary>
internal static class ShellRun
{
    /// <summary>The program, as a shell calls it.</summary>
    public static string Program { get; } = $"dotnet '{Path.Combine(AppContext.BaseDirectory, "Kedge.Cli.dll")}'";

    public static CliRun Of(string command)
    {
        using var process =
            Process.Start(new ProcessStartInfo("sh", ["-c", command]) { RedirectStandardOutput = true, RedirectStandardError = true })!;
        var error = process.StandardError.ReadToEndAsync();
        var output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return new(process.ExitCode, output, CliRun.WithoutAssumptions(error.GetAwaiter().GetResult()));
    }
}
