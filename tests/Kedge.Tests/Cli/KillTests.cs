using System.Globalization;
using System.Security.Cryptography;
using System.Text.Json;
using Kedge.Clip;
using Kedge.Clip.Towers;
using Kedge.Experiments;
using Kedge.Features;
using Kedge.Tensors;
using Kedge.Tests.Support;

namespace Kedge.Tests.Cli;

/// <summary>
/// Commands killed at random moments: nothing is half-written, and the same command again ends as if nothing had
/// happened. A kill a command here; <c>KEDGE_KILLS=25</c> makes it 25, and <c>KEDGE_KILLS_TABLE=file</c> adds a row a
/// command to a file (docs/kills.md says how often that was done).
/// </summary>
public sealed class KillTests : IDisposable
{
    private static readonly ClipConfiguration Tiny = new(
        8, new ResNetConfiguration(32, Width: 2, [1, 1, 1, 1], Heads: 1),
        new TextConfiguration(ContextLength: 12, VocabularySize: 49408, new(8, Layers: 1, Heads: 1, MlpWidth: 16)));

    private static readonly int Kills =
        int.TryParse(Environment.GetEnvironmentVariable("KEDGE_KILLS"), CultureInfo.InvariantCulture, out var kills) ? kills : 1;

    private readonly PhotoFolder _photos = PhotoFolder.WithParts(photos: 20);

    public void Dispose() => _photos.Dispose();

    [Fact]
    public void Fit() => Kill(seed: 1, new("fit", folder => Encoding("fit", folder, "--method", "rtos", "--option", "steps=150",
            "--shots", "4", "--checkpoint", Path.Combine(folder, "x.fit"), "--out", Path.Combine(folder, "x.kedge")),
        CheckTensorFiles, folder => Hash(folder, "x.kedge")));

    [Fact]
    public void Compare() => Kill(seed: 2, new("compare", folder => Encoding("compare", folder, "--methods",
            "zero-shot,tip-adapter,gda,nearest-class-mean", "--shots", "1,2", "--seeds", "1,2",
            "--out", Path.Combine(folder, "out")),
        CheckComparison, Accuracies));

    [Fact]
    public void Pretrain()
    {
        foreach (var name in PhotoFolder.Classes)
            _photos.Add($"val/{name}", 1);
        File.WriteAllText(_photos["arch.json"], ArchitectureFile.Write(Tiny));
        File.WriteAllText(_photos["classes.json"], JsonSerializer.Serialize(PhotoFolder.Classes.ToDictionary(name => name,
            name => new { names = new[] { name }, hypernyms = new[] { "thing" }, gloss = "a thing" })));
        Kill(seed: 3, new("pretrain", Arguments, CheckTensorFiles,
            folder => Hash(folder, "run/model.safetensors", "run/checkpoint/model.safetensors", "run/checkpoint/optimizer.bin"))
        {
            Again = folder => [.. Arguments(folder), "--resume"],
        });

        string[] Arguments(string folder) => ["pretrain", "--pairs", _photos.Data, "--descriptions", _photos["classes.json"], "--arch",
            _photos["arch.json"], "--steps", "40", "--checkpoint-every", "2", "--batch-size", "3", "--threads", "1",
            "--out", Path.Combine(folder, "run")];
    }

    [Fact]
    public void The_cache()
    {
        Directory.CreateDirectory(_photos["photos/small"]);
        for (var i = 0; i < (3 * FeatureStore.RowsPerFile) + 1; i++) // four blocks
            File.WriteAllBytes(_photos[$"photos/small/{i}.bmp"], [.. Pictures.Bmp[..54], (byte)i, (byte)(i >> 8), .. Pictures.Bmp[56..]]);
        Kill(seed: 4, new("embed", folder => Encoding("embed", folder, "--out", Path.Combine(folder, "f.safetensors")),
            CheckTensorFiles, folder => Hash(folder, "f.safetensors"))
        {
            InWrites = true,
        });
    }

    [Fact]
    public void Scenes() => Kill(seed: 5, new("scenes", folder => ["scenes", "--count", "300", "--resolution", "32",
            "--out", Path.Combine(folder, "scenes")],
        folder => Assert.True(!Directory.Exists(Path.Combine(folder, "scenes"))
            || Directory.GetFiles(Path.Combine(folder, "scenes"), "*.png", SearchOption.AllDirectories).Length == 300),
        HashAll));

    private string[] Encoding(string command, string folder, params string[] more) =>
        [command, command == "embed" ? "--images" : "--data", _photos.Data, "--model", PhotoFolder.Clip, "--precision", "float32",
            "--threads", "1", "--cache", Path.Combine(folder, "cache"), .. more];

    private static void Kill(int seed, KilledCommand command)
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "There is no kill -9.");
        var row = command.Kill(Kills, seed);
        if (Environment.GetEnvironmentVariable("KEDGE_KILLS_TABLE") is { } table)
            File.AppendAllText(table, $"{row}\n");
    }

    private static void CheckTensorFiles(string folder)
    {
        foreach (var path in Directory.GetFiles(folder, "*", SearchOption.AllDirectories))
        {
            var isWritten = path.Contains("checkpoint.writing", StringComparison.Ordinal);
            if (!isWritten && Path.GetExtension(path) is ".safetensors" or ".kedge" or ".fit")
                SafetensorsFile.Open(path).Dispose();
        }
    }

    private static void CheckComparison(string folder)
    {
        CheckTensorFiles(folder);
        var output = Path.Combine(folder, "out");
        if (!Directory.Exists(output))
            return;
        ComparisonLog.Open(output).Dispose(); // drops a row that was not written to its end
        if (File.Exists(Path.Combine(output, "results.json")))
            JsonDocument.Parse(File.ReadAllText(Path.Combine(output, "results.json"))).Dispose();
        if (File.Exists(Path.Combine(output, "report.html")))
            Assert.EndsWith("</html>", File.ReadAllText(Path.Combine(output, "report.html")).TrimEnd());
    }

    private static string Accuracies(string folder)
    {
        using var json = JsonDocument.Parse(File.ReadAllText(Path.Combine(folder, "out", "results.json")));
        return string.Join('\n', json.RootElement.GetProperty("rows").EnumerateArray()
            .Select(row => string.Join(' ', ((string[])["method", "shots", "seed", "accuracy"]).Select(name => row.GetProperty(name)))));
    }

    private static string HashAll(string folder) => Hash(folder, [.. Directory
        .GetFiles(Path.Combine(folder, "scenes"), "*", SearchOption.AllDirectories).Order(StringComparer.Ordinal)]);

    private static string Hash(string folder, params string[] files) =>
        string.Join(' ', files.Select(file => Convert.ToHexString(SHA256.HashData(File.ReadAllBytes(Path.Combine(folder, file))))));
}
