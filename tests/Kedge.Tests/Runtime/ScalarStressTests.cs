using System.Diagnostics;
using Kedge.Tests.Support;

namespace Kedge.Tests.Runtime;

[Collection(nameof(BusyCollector))]
public class ScalarStressTests
{
    private const string InChild = "KEDGE_TESTS_SCALAR_STRESS";
    private static readonly TimeSpan Longest = TimeSpan.FromSeconds(90); // of which ten are the work, and the rest starts on a busy machine

    /// <summary>
    /// In a process of its own with one arena of memory, where what one thread frees is what another gets.
    /// </summary>
    [Fact]
    public async Task Collecting_garbage_changes_no_result()
    {
        if (Environment.GetEnvironmentVariable(InChild) is not null)
        {
            new ScalarStress().Run();
            return;
        }
        var start = new ProcessStartInfo(Environment.ProcessPath is { } path && Path.GetFileName(path) == "dotnet" ? path : "dotnet",
            [typeof(ScalarStressTests).Assembly.Location, "--filter-class", typeof(ScalarStressTests).FullName!])
        {
            RedirectStandardOutput = true,
            Environment = { ["MALLOC_ARENA_MAX"] = "1", [InChild] = "1" },
        };
        using var process = Process.Start(start)!;
        using var timeout = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        timeout.CancelAfter(Longest);
        try
        {
            var output = await process.StandardOutput.ReadToEndAsync(timeout.Token);
            await process.WaitForExitAsync(timeout.Token);
            Assert.True(process.ExitCode == 0, output);
            Assert.Contains("total: 1", output);
        }
        finally
        {
            process.Kill(entireProcessTree: true);
        }
    }
}
