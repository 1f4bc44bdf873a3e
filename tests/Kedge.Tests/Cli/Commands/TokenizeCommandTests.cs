using System.Diagnostics;
using System.Text.Json;
using Kedge.Tests.Support;

namespace Kedge.Tests.Cli.Commands;

public class TokenizeCommandTests
{
    [Fact]
    public void Every_line_becomes_its_ids()
    {
        var run = CliRun.Of(["tokenize"], "a photo of a dog.\n\nA  Photo of a dog.");
        Assert.Equal(new CliRun(0, "49406 320 1125 539 320 1929 269 49407\n49406 49407\n49406 320 1125 539 320 1929 269 49407\n", ""), run);
    }

    [Fact]
    public void Golden_texts_of_one_line_give_the_references_ids()
    {
        var golden = JsonDocument.Parse(File.ReadAllText(TestData.Small("tokenizer.json"))).RootElement;
        var rows = golden.GetProperty("rows")
            .EnumerateArray().Where(row => row.GetProperty("text").GetString()!.AsSpan().IndexOfAny('\r', '\n') < 0).ToList();
        var run = CliRun.Of(["tokenize", "--json", "--truncate"],
            string.Join('\n', rows.Select(row => row.GetProperty("text").GetString())) + "\n");
        Assert.Equal((0, ""), (run.ExitCode, run.Error));
        var found = run.Out.TrimEnd('\n').Split('\n').Select(line => JsonDocument.Parse(line).RootElement).ToList();
        Assert.Equal(rows.Select(row => row.GetProperty("text").GetString()), found.Select(row => row.GetProperty("text").GetString()));
        Assert.Equal(rows.Select(row => Ids(row)), found.Select(Ids));
    }

    private static int[] Ids(JsonElement row) => [.. row.GetProperty("ids").EnumerateArray().Select(id => id.GetInt32())];

    [Fact]
    public void A_long_line_is_refused_or_cut()
    {
        var refused = CliRun.Of(["tokenize", "--context-length", "4"], "a photo of a dog.");
        Assert.Equal(new CliRun(1, "", "The text 'a photo of a dog.' is 8 tokens long with its start and end, and the model reads 4; " +
            "shorten it, or ask for truncation.\n"), refused);
        Assert.Equal("49406 320 1125 49407\n", CliRun.Of(["tokenize", "--context-length", "4", "--truncate"], "a photo of a dog.").Out);
    }

    [Fact]
    public async Task It_loads_no_libtorch()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "What a process has loaded is read from /proc.");
        var start = new ProcessStartInfo(Environment.ProcessPath is { } path && Path.GetFileName(path) == "dotnet" ? path : "dotnet",
            [Path.Combine(AppContext.BaseDirectory, "Kedge.Cli.dll"), "tokenize"])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
        };
        using var process = Process.Start(start)!;
        await process.StandardInput.WriteLineAsync("a photo of a dog.");
        Assert.Equal("49406 320 1125 539 320 1929 269 49407",
            await process.StandardOutput.ReadLineAsync(TestContext.Current.CancellationToken));
        var maps = await File.ReadAllTextAsync($"/proc/{process.Id}/maps", TestContext.Current.CancellationToken);
        process.StandardInput.Close();
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);
        Assert.Equal(0, process.ExitCode);
        Assert.Contains("Kedge.Cli.dll", maps);
        Assert.DoesNotContain("libtorch", maps, StringComparison.OrdinalIgnoreCase);
    }
}
