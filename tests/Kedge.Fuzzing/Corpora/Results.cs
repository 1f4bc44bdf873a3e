using System.Security.Cryptography;
using System.Text.Json.Nodes;
using Kedge.Tensors;
using Kedge.Tests.Support;
using Kedge.Training;

namespace Kedge.Fuzzing.Corpora;

/// <summary>Files that Kedge writes and reads again.</summary>
internal static class Results
{
    private const string Block = "features/43702740ef1a1933/80e030ffb7821676.safetensors";

    private static readonly string[] RunFiles = ["model.safetensors", "optimizer.bin", "run.json"];

    private static readonly Lazy<Dictionary<string, byte[]>> Run = new(MakeRun);

    public static byte[] Fit { get; } = Committed.Older("tasks", "rtos.fit");

    public static string FitFingerprint { get; } = Metadata("tasks/rtos.fit")["fit"];

    public static byte[] CacheBlock { get; } = Committed.Older(Block);

    public static string CacheDescription { get; } = Metadata(Block)["shelf"];

    public static int CacheRowLength { get; } = (int)Read(Block, file => file.Entries["features"].Shape[1]);

    public static IReadOnlyList<byte[]> Curves { get; } =
        Tables.Texts("step,loss,learning_rate,pairs_per_second,held_out_accuracy\n25,1.5,0.001,120.5,0.25\n50,1.25,0.0005,121,\n");

    public static IReadOnlyList<byte[]> Rows { get; } = Tables.Texts("""
        {"method":"rtos","task":"pets","shots":4,"seed":1,"part":"base","accuracy":91.5,"balanced_accuracy":90,"fit_seconds":0.5,"predict_seconds":0.1,"selection":"none","numbers":99,"confusion":null,"right":"BQ==","at_once":1,"error":null,"support":12,"queries":3,"model":"kedge-base","model_fingerprint":"1a","task_fingerprint":"2b"}
        {"method":"gda","task":"pets","shots":null,"seed":null,"accuracy":null,"error":"It failed.","support":12,"queries":3,"model":"kedge-base","model_fingerprint":"1a","task_fingerprint":"2b"}

        """);

    public static byte[] TrainingFile(string name) => Run.Value[name];

    /// <summary>Writes a run that can be restored.</summary>
    public static void WriteRun(FuzzInput input)
    {
        foreach (var name in RunFiles)
            input.Write($"run/checkpoint/{name}", TrainingFile(name));
    }

    /// <summary>Makes the digests in a run's description those of its files.</summary>
    public static void WriteDigests(FuzzInput input)
    {
        var run = JsonNode.Parse(TrainingFile("run.json"))!;
        foreach (var (key, name) in (ReadOnlySpan<(string, string)>)[("ModelSha256", RunFiles[0]), ("OptimizerSha256", RunFiles[1])])
            run[key] = Convert.ToHexStringLower(SHA256.HashData(File.ReadAllBytes(Path.Combine(input.Folder, "run", "checkpoint", name))));
        input.Write("run/checkpoint/run.json", run.ToJsonString());
    }

    private static Dictionary<string, byte[]> MakeRun()
    {
        using var folder = new TemporaryFolder();
        using var state = new LinearState();
        new TrainingCheckpoint(folder.Path, LinearState.Identity).Write(step: 3, state.State);
        return RunFiles.ToDictionary(name => name, name => File.ReadAllBytes(folder[$"checkpoint/{name}"]));
    }

    private static IReadOnlyDictionary<string, string> Metadata(string path) => Read(path, file => file.Metadata);

    private static T Read<T>(string path, Func<SafetensorsFile, T> read)
    {
        using var file = SafetensorsFile.Open(TestData.Of("compatibility", path));
        return read(file);
    }
}
