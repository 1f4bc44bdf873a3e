using System.IO.Compression;
using Kedge.Clip.Towers;
using Kedge.Tests.Support;
using Kedge.Training.Objectives;

namespace Kedge.Tests.Training.Objectives;

/// <summary>
/// A run that the version before the training loop was rebuilt began and ended. Its archive holds
/// <c>start.safetensors</c>, the run's folder after two of four steps as <c>half</c>, and after all four as
/// <c>whole</c>. Tokens that no text has are zero in the start, so that the archive is small.
/// </summary>
internal sealed record EarlierRun(string Name, PretrainingOptions Options, TeacherTextFeatures? Teacher = null)
{
    private const string Archives = "compatibility/training";

    private static readonly TransformerConfiguration Blocks = new(Width: 8, Layers: 1, Heads: 1, MlpWidth: 8);

    private static readonly PretrainingOptions Four = new() { Steps = 4, BatchSize = 4, WarmUpSteps = 2, CheckpointEvery = 2 };

    public static ClipConfiguration Architecture { get; } =
        new(8, new VisionTransformerConfiguration(8, 4, Blocks), new TextConfiguration(12, 49408, Blocks));

    public static IReadOnlyList<EarlierRun> All { get; } =
    [
        new("infonce", Four),
        new("sigmoid-distillation",
            Four with
            {
                Loss = ContrastiveLoss.Sigmoid,
                AccumulationSteps = 2,
                NegativeCaptions = 2,
                TeacherBatchSize = 3,
                TeacherWeight = 0.5,
            },
            new(["cat", "dog", "red", "blue"], [[1, 0, 0], [0, 1, 0], [0, 0, 1], [0.6f, 0, 0.8f]])),
    ];

    public static EarlierRun Of(string name) => All.Single(run => run.Name == name);

    /// <summary>Unpacks the archive into a folder.</summary>
    public void Unpack(string folder) => ZipFile.ExtractToDirectory(TestData.Of(Archives, $"{Name}.zip"), folder);

    /// <summary>Runs to the end, or goes on to it where the folder holds a checkpoint.</summary>
    public string Run(string start, string folder, CancellationToken cancellation) =>
        new ContrastiveTrainer(start, Options)
            .Run(new(TinyRun.Pairs) { Teachers = Teacher is null ? [] : [Teacher], HeldOut = TinyRun.HeldOut },
                folder, cancellation: cancellation);
}
