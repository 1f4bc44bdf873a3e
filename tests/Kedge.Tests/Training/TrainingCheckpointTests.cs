using System.Security.Cryptography;
using System.Text.Json;
using Kedge.Clip.Towers;
using Kedge.Data.Captions;
using Kedge.Tensors;
using Kedge.Tests.Support;
using Kedge.Training.Objectives;
using static TorchSharp.torch;

namespace Kedge.Tests.Training;

public sealed class TrainingCheckpointTests(UndisturbedRun undisturbed) : IClassFixture<UndisturbedRun>, IDisposable
{
    private readonly TemporaryFolder _scratch = new();

    private string Folder => _scratch["run"];

    private string Current => Path.Combine(Folder, "checkpoint");

    private string Previous => Path.Combine(Folder, "checkpoint.previous");

    private string Unfinished => Path.Combine(Folder, "checkpoint.writing");

    public void Dispose() => _scratch.Dispose();

    [Fact]
    public void A_run_that_died_and_was_resumed_equals_one_that_did_not_bit_for_bit()
    {
        var reads = new FailingImageFile.Count(4 * 4); // four steps' pictures: step 3 is done for certain, step 5 is not
        CaptionedImage[] failing = [.. TinyRun.Pairs.Select(pair => pair with { Image = new FailingImageFile(pair.Image, reads) })];
        var error = Assert.Throws<KedgeException>(() => TinyRun.Run(Folder, pairs: failing));
        Assert.EndsWith("the disk is gone.", error.Message, StringComparison.Ordinal);
        Assert.Equal(3, StepOf(Current));
        TinyRun.Run(Folder);
        TinyRun.AssertSame(undisturbed.Folder, Folder);
    }

    [Fact]
    public void A_run_that_is_cancelled_after_every_step_equals_one_that_is_not_bit_for_bit()
    {
        using var cancelled = new CancellationTokenSource();
        cancelled.Cancel();
        for (var step = 1; step <= TinyRun.Steps; step++)
        {
            Assert.Throws<OperationCanceledException>(() => TinyRun.Run(Folder, cancellation: cancelled.Token));
            Assert.Equal(step, StepOf(Current));
            Assert.True(File.Exists(Path.Combine(Folder, "model.safetensors"))); // what is learned so far
        }
        TinyRun.Run(Folder, cancellation: cancelled.Token); // nothing is left to stop
        TinyRun.AssertSame(undisturbed.Folder, Folder);
    }

    [Fact]
    public void A_writer_killed_in_the_middle_of_a_checkpoint_leaves_the_one_before()
    {
        CopyRun();
        File.Delete(Path.Combine(Folder, "model.safetensors"));
        Directory.Delete(Current, recursive: true);
        _scratch.Write("run/checkpoint.writing/model.safetensors", [1, 2, 3]);
        TinyRun.Run(Folder);
        TinyRun.AssertSame(undisturbed.Folder, Folder);
        Assert.False(Directory.Exists(Unfinished));
    }

    [Theory, InlineData("checkpoint.writing"), InlineData("checkpoint")]
    public void A_checkpoint_that_cannot_be_written_leaves_the_one_before_and_no_half_one(string blocked)
    {
        CopyRun();
        Directory.Delete(Current, recursive: true);
        var obstacle = _scratch.Write($"run/{blocked}", "A file where the folder must go.");
        var error = Assert.Throws<KedgeException>(() => TinyRun.Run(Folder));
        Assert.StartsWith("Writing the checkpoint of step 6 failed: ", error.Message, StringComparison.Ordinal);
        Assert.EndsWith($" Once there is room in '{Folder}', start the same run again; it goes on from step 3.",
            error.Message, StringComparison.Ordinal);
        Assert.Equal([Previous], Directory.GetDirectories(Folder));
        Assert.Equal(3, StepOf(Previous));
        File.Delete(obstacle);
        TinyRun.Run(Folder);
        TinyRun.AssertSame(undisturbed.Folder, Folder);
    }

    /// <summary>The second spoils what no step looks at: the row of a token that is in no caption.</summary>
    [Theory, InlineData("logit_scale", 4, "the loss"), InlineData("token_embedding.weight", 6, "a weight")]
    public void A_run_with_numbers_that_are_none_stops_and_writes_no_further_checkpoint(string key, int step, string what)
    {
        CopyRun();
        Directory.Delete(Current, recursive: true);
        Spoil(Path.Combine(Previous, "model.safetensors"), key);
        var error = Assert.Throws<KedgeException>(() => TinyRun.Run(Folder));
        Assert.Equal($"Training stopped at step {step} of 6: {what} is no finite number any more. " +
            "The checkpoint of step 3 is the last good one; " +
            "start again in another folder with a lower learning rate than 0.001.", error.Message);
        Assert.Equal([Previous], Directory.GetDirectories(Folder));
    }

    [Fact]
    public void A_folder_that_cannot_be_made_is_named()
    {
        var error = Assert.Throws<KedgeException>(() => TinyRun.Run(_scratch.Write("file", "no folder")));
        Assert.StartsWith($"The folder '{_scratch["file"]}' for a training run cannot be made: ", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Another_architecture_is_refused()
    {
        var other = TinyRun.Architecture with
        {
            FeatureWidth = 8,
            Vision = new VisionTransformerConfiguration(16, 4, TinyRun.Architecture.Text.Transformer),
        };
        AssertRefused("Architecture.FeatureWidth 16 instead of 8, Architecture.Vision.PatchSize 8 instead of 4",
            folder => TinyRun.Run(folder, architecture: other));
    }

    [Fact]
    public void Other_options_are_refused() => AssertRefused("Options.Steps 6 instead of 7, Options.LearningRate 0.001 instead of 0.002",
        folder => TinyRun.Run(folder, TinyRun.Options with { Steps = 7, LearningRate = 0.002 }));

    [Fact]
    public void Other_captions_are_refused() => AssertRefused("other images or captions",
        folder => TinyRun.Run(folder, pairs: [TinyRun.Pairs[0] with { Captions = ["crimson"] }, .. TinyRun.Pairs.Skip(1)]));

    [Fact]
    public void Another_order_of_images_is_refused() => AssertRefused("other images or captions",
        folder => TinyRun.Run(folder, pairs: [.. TinyRun.Pairs.Reverse()]));

    [Fact]
    public void Another_text_teacher_is_refused() =>
        AssertRefused("another text teacher or none", folder => new ContrastiveTrainer(TinyRun.Architecture, TinyRun.Options)
            .Run(new(TinyRun.Pairs) { Teachers = [new(["cat", "dog"], [[1, 0], [0, 1]])] },
                folder, cancellation: TestContext.Current.CancellationToken));

    [Fact]
    public void Choices_are_named_by_their_words() =>
        AssertRefused("Options.Loss \"InfoNce\" instead of \"Sigmoid\", Options.Precision \"F32\" instead of \"BF16\"",
            folder => TinyRun.Run(folder, TinyRun.Options with { Loss = ContrastiveLoss.Sigmoid, Precision = TrainingPrecision.BF16 }));

    [Theory, InlineData("run.json"), InlineData("model.safetensors"), InlineData("optimizer.bin")]
    public void A_damaged_file_is_named_with_the_way_out(string file)
    {
        CopyRun();
        var path = Path.Combine(Current, file);
        using (var stream = File.OpenWrite(path))
            stream.SetLength(stream.Length - 5);
        var error = Assert.Throws<KedgeException>(() => TinyRun.Run(Folder));
        Assert.Equal($"The run in '{Folder}' cannot be resumed: '{path}' is not as it was written. " +
            $"Remove the folder '{Current}' to go on from the checkpoint before it.", error.Message);
        Directory.Delete(Current, recursive: true);
        TinyRun.Run(Folder);
        TinyRun.AssertSame(undisturbed.Folder, Folder);
    }

    [Theory, InlineData("null"), InlineData("{}"),
        InlineData("[]"), InlineData("""{ "Step": 3, "Run": { "A": 1, "A": 2 }, "ModelSha256": "", "OptimizerSha256": "" }"""),
        InlineData("""{ "Step": 3, "Run": null, "ModelSha256": "", "OptimizerSha256": "" }"""),
        InlineData("""{ "Step": 3, "Run": { "Architecture": { "FeatureWidth": 16, "Vision": {}, "Text": {} } } }""")]
    public void A_description_of_another_form_is_refused(string json)
    {
        var path = _scratch.Write("run/checkpoint/run.json", json);
        var error = Assert.Throws<KedgeException>(() => TinyRun.Run(Folder));
        Assert.Equal($"The run in '{Folder}' cannot be resumed: '{path}' is not as it was written. " +
            $"Remove the folder '{Current}' to go on from the start.", error.Message);
    }

    [Fact]
    public void A_flipped_bit_of_the_description_is_found()
    {
        CopyRun();
        var path = Path.Combine(Current, "run.json");
        File.WriteAllText(path, File.ReadAllText(path).Replace("\"Step\": 6", "\"Step\": 2"));
        AssertDamaged("run.json");
    }

    [Theory, InlineData("model.safetensors"), InlineData("optimizer.bin")]
    public void A_forged_file_is_named_with_the_way_out(string file)
    {
        CopyRun();
        var path = Path.Combine(Current, file);
        var before = Sha256(path);
        if (file == "optimizer.bin")
        {
            File.WriteAllBytes(path, [.. File.ReadAllBytes(path)[..40], .. Enumerable.Repeat((byte)0x7f, 1000)]);
        }
        else
        {
            using var scope = NewDisposeScope();
            var weights = TinyRun.WeightsIn(path).ToDictionary(pair => pair.Key, pair => ones(2, 3));
            SafetensorsWriter.Write(path, weights);
        }
        var run = Path.Combine(Current, "run.json");
        File.WriteAllText(run, File.ReadAllText(run).Replace(before, Sha256(path), StringComparison.Ordinal));
        File.Delete(Path.Combine(Current, "run.sha256"));
        AssertDamaged(file);
    }

    private void AssertDamaged(string file) => Assert.Equal(
        $"The run in '{Folder}' cannot be resumed: '{Path.Combine(Current, file)}' is not as it was written. " +
            $"Remove the folder '{Current}' to go on from the checkpoint before it.",
        Assert.Throws<KedgeException>(() => TinyRun.Run(Folder)).Message);

    [Fact]
    public void A_missing_file_is_named_with_the_way_out()
    {
        CopyRun();
        File.Delete(Path.Combine(Current, "optimizer.bin"));
        var error = Assert.Throws<KedgeException>(() => TinyRun.Run(Folder));
        Assert.Contains(Path.Combine(Current, "optimizer.bin"), error.Message, StringComparison.Ordinal);
        Assert.EndsWith($" Remove the folder '{Current}' to go on from the checkpoint before it.", error.Message, StringComparison.Ordinal);
    }

    private void AssertRefused(string differences, Action<string> run)
    {
        var error = Assert.Throws<KedgeException>(() => run(undisturbed.Folder));
        Assert.Equal($"The run in '{undisturbed.Folder}' cannot be resumed: it was started with {differences}; " +
            "ask for the same, or give another folder.", error.Message);
    }

    private void CopyRun()
    {
        foreach (var file in Directory.GetFiles(undisturbed.Folder, "*", SearchOption.AllDirectories))
            _scratch.Write(Path.Combine("run", Path.GetRelativePath(undisturbed.Folder, file)), File.ReadAllBytes(file));
    }

    /// <summary>
    /// Makes the middle number of a tensor none, and the checkpoint's description say that this is how it was written.
    /// </summary>
    private static void Spoil(string model, string key)
    {
        using var scope = NewDisposeScope();
        var before = Sha256(model);
        Dictionary<string, Tensor> weights;
        using (var file = SafetensorsFile.Open(model))
            weights = file.Entries.Keys.ToDictionary(name => name, file.Read);
        weights[key].view(-1)[weights[key].numel() / 2] = float.NaN;
        SafetensorsWriter.Write(model, weights);
        var run = Path.Combine(Path.GetDirectoryName(model)!, "run.json");
        File.WriteAllText(run, File.ReadAllText(run).Replace(before, Sha256(model), StringComparison.Ordinal));
        File.WriteAllText(Path.ChangeExtension(run, ".sha256"), Sha256(run));
    }

    private static string Sha256(string path) => Convert.ToHexStringLower(SHA256.HashData(File.ReadAllBytes(path)));

    private static int StepOf(string checkpoint)
    {
        using var run = JsonDocument.Parse(File.ReadAllText(Path.Combine(checkpoint, "run.json")));
        return run.RootElement.GetProperty("Step").GetInt32();
    }
}
