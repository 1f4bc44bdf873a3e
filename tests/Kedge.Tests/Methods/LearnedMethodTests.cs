using System.Text.Json;
using Kedge.FewShot;
using Kedge.Methods;
using Kedge.Tests.Support;
using static Kedge.Tests.Support.Plain;

namespace Kedge.Tests.Methods;

/// <summary>What holds for every method that learns by gradients on features.</summary>
public class LearnedMethodTests
{
    private static readonly int[] Shots = [3, 1, 4];

    [Theory]
    [InlineData("linear-adapter", """{"epochs":0}""")]
    [InlineData("prolip", """{"epochs":0}""")]
    [InlineData("clap", """{"epochs":0}""")]
    [InlineData("zs-lp", """{"epochs":0}""")]
    [InlineData("taskres", """{"epochs":0}""")]
    [InlineData("taskres", """{"alpha":0}""")]
    [InlineData("clip-lora", """{"steps":0}""")]
    [InlineData("clip-lora", """{"rank":0}""")]
    [InlineData("clip-lora", """{"alpha":0,"steps":3}""")]
    [InlineData("ape", """{"alpha":0}""")]
    [InlineData("ape-t", """{"alpha":0,"epochs":0}""")]
    [InlineData("clip-adapter", """{"alpha":0,"epochs":3}""")]
    public void What_has_learned_nothing_is_zero_shot_bit_for_bit(string name, string options)
    {
        using var synthetic = new SyntheticTask(Shots);
        Assert.Equal(Logits(new ZeroShot(), synthetic),
            Logits(MethodCatalog.Default.Create(name, JsonSerializer.Deserialize<JsonElement>(options)), synthetic));
    }

    [Theory]
    [InlineData("linear-adapter", """{"epochs":30}""", 30)]
    [InlineData("prolip", """{"epochs":30}""", 30)]
    [InlineData("vt-clip", """{"epochs":30,"batchSize":3}""", 90)]
    [InlineData("plot", """{"epochs":30,"batchSize":3,"learningRate":0.2}""", 90)]
    [InlineData("clap", """{"epochs":30,"batchSize":3,"length":1}""", 90)]
    [InlineData("zs-lp", """{"epochs":30,"batchSize":3,"length":1}""", 90)]
    [InlineData("taskres", """{"epochs":30,"batchSize":3,"length":1}""", 90)]
    [InlineData("coop", """{"epochs":30,"batchSize":3,"learningRate":0.1}""", 90)]
    [InlineData("ntlb", """{"epochs":30,"batchSize":3,"learningRate":0.1}""", 90)]
    [InlineData("clip-lora", """{"steps":90,"batchSize":3,"learningRate":0.005}""", 90)]
    [InlineData("lp++", """{"epochs":30}""", 30)]
    [InlineData("ape-t", """{"epochs":30,"batchSize":3,"alpha":1,"beta":1}""", 90)]
    [InlineData("clip-adapter", """{"epochs":30,"batchSize":3}""", 90)]
    public void The_loss_falls_and_each_step_is_reported(string name, string options, int count)
    {
        using var synthetic = new SyntheticTask(Shots, views: 1);
        var steps = new Collect();
        MethodCatalog.Default.Create(name, JsonSerializer.Deserialize<JsonElement>(options))
            .Fit(synthetic.Task, steps, TestContext.Current.CancellationToken).Dispose();
        Assert.Equal(Enumerable.Range(1, count), steps.All.Select(step => step.Step));
        Assert.All(steps.All, step => Assert.Equal(count, step.Steps));
        var losses = steps.All.Chunk(count / 10).Select(part => part.Average(step => step.Loss!.Value)).ToArray();
        Assert.True(losses[^1] < losses[0], $"The loss went from {losses[0]} to {losses[^1]}.");
    }

    [Theory]
    [InlineData("vt-clip")]
    [InlineData("plot")]
    [InlineData("clap")]
    [InlineData("zs-lp")]
    [InlineData("taskres")]
    [InlineData("coop")]
    [InlineData("ntlb")]
    [InlineData("ape-t")]
    [InlineData("clip-adapter")]
    public void The_seed_draws_the_order_of_the_images(string name)
    {
        using var synthetic = new SyntheticTask(Shots);
        Assert.NotEqual(Learned(1), Learned(2));

        float[] Learned(int seed) => Logits(
            MethodCatalog.Default.Create(name, JsonSerializer.SerializeToElement(new { seed, batchSize = 3, epochs = 3 })), synthetic);
    }

    private sealed class Collect : IProgress<FitProgress>
    {
        public List<FitProgress> All { get; } = [];

        public void Report(FitProgress value) => All.Add(value);
    }
}
