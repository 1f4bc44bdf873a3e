using Kedge.FewShot;
using Kedge.Methods;
using Kedge.Tests.Support;
using static TorchSharp.torch;

namespace Kedge.Tests.Methods;

public class AttriClipTests
{
    private static readonly AttriClipOptions Quick = new() { Prompts = 6, ContextTokens = 2, Picks = 2, Epochs = 3, LearningRate = 0.05 };

    [Fact]
    public void The_bank_has_the_same_size_after_one_and_after_ten_tasks()
    {
        using var synthetic = SyntheticTask.Even(classes: 20, shots: 2);
        using var stream = new ClassStream(synthetic, classesATask: 2);
        using var one = stream.Learn(new AttriClip(Quick), tasks: 1);
        using var ten = stream.Learn(new AttriClip(Quick), tasks: 10);
        Assert.Equal(20, ten.ClassNames.Count);
        Assert.Equal(Shapes(one), Shapes(ten));
    }

    [Fact]
    public void A_prompt_that_no_image_picks_stays_bit_for_bit_where_prompts_are_not_held_apart()
    {
        using var synthetic = SyntheticTask.Even(classes: 4, shots: 3);
        using var stream = new ClassStream(synthetic, classesATask: 2);
        var options = Quick with { PromptWeight = 0, Picks = 1 };
        using var before = stream.Learn(new AttriClip(options), tasks: 1);
        using var after = stream.Learn(new AttriClip(options), tasks: 2);
        var picked = AttriClipDetails.Read(after.State).Tasks[1].Prompts.Select(prompt => prompt.Images > 0).ToArray();
        Assert.Contains(false, picked);
        Assert.Contains(true, picked);
        foreach (var name in new[] { "keys", "prompts" })
        {
            var equal = Rows(before, name).Zip(Rows(after, name), (x, y) => x.SequenceEqual(y));
            Assert.All(equal.Zip(picked), pair => Assert.True(pair.First || pair.Second));
            Assert.Contains(false, equal);
        }
    }

    [Fact]
    public void The_order_of_images_in_a_batch_does_not_change_their_logits()
    {
        using var scope = NewDisposeScope();
        using var synthetic = SyntheticTask.Even(classes: 4, shots: 3);
        using var classifier = new AttriClip(Quick).Fit(synthetic.Task, null, TestContext.Current.CancellationToken);
        var logits = classifier.Logits(synthetic.Queries);
        var flipped = classifier.Logits(synthetic.Queries.flip(0)).flip(0);
        var alone = cat([.. Enumerable.Range(0, 32).Select(row => classifier.Logits(synthetic.Queries.narrow(0, row, 1)))]);
        Assert.InRange((logits - flipped).abs().max().item<float>(), 0, 1e-6f);
        Assert.InRange((logits - alone).abs().max().item<float>(), 0, 1e-5f);
    }

    [Fact]
    public void Images_of_a_task_pick_several_prompts()
    {
        using var synthetic = SyntheticTask.Even(classes: 4, shots: 8);
        using var classifier = new AttriClip(new() { Epochs = 2 }).Fit(synthetic.Task, null, TestContext.Current.CancellationToken);
        var picks = AttriClipDetails.Read(classifier.State).Tasks.Single().Prompts;
        Assert.InRange(picks.Count(prompt => prompt.Images > 0), 4, 10); // more than the 3 that one image picks
        Assert.Equal(3 * 32, picks.Sum(prompt => prompt.Images));
    }

    [Fact]
    public void Texts_of_picks_are_encoded_once_and_freed_with_the_classifier()
    {
        using var synthetic = SyntheticTask.Even(classes: 3, shots: 2);
        var tower = new CountingTower(synthetic.Tower);
        var task = new FewShotTask(synthetic.Task.Support, synthetic.Task.Classes, new() { TextTower = tower });
        using var classifier = new AttriClip(Quick).Fit(task, null, TestContext.Current.CancellationToken);
        classifier.Logits(synthetic.Queries).Dispose();
        var texts = tower.Encoded;
        classifier.Logits(synthetic.Queries).Dispose();
        Assert.Equal(texts, tower.Encoded);
    }

    [Fact]
    public void Underscores_in_names_are_blanks() => Assert.Equal(
        PromptBank.ClassSequences(["sea lion"], Quick, 2)[0].Parts, PromptBank.ClassSequences(["sea_lion"], Quick, 2)[0].Parts);

    [Fact]
    public void A_task_of_one_class_is_learned_with_a_note()
    {
        using var synthetic = SyntheticTask.Even(classes: 3, shots: 2);
        using var stream = new ClassStream(synthetic, classesATask: 1);
        var notes = new Notes();
        using var classifier = stream.Learn(new AttriClip(Quick), tasks: 3, notes);
        Assert.Equal(3, classifier.ClassNames.Count);
        Assert.Equal("The task has one class, 'class 2', which cannot be taken for another: only keys and the distance between prompts " +
            "are learned.", notes.All[^1]);
    }

    [Theory]
    [InlineData(4, 3, 4, "The option picks is 4: it must be from 1 to 3.")]
    [InlineData(0, 3, 1, "The option contextTokens is 0: it must be from 1 to 64.")]
    public void Options_out_of_range_are_refused(int tokens, int prompts, int picks, string message) =>
        Assert.Equal(message, Assert.Throws<KedgeException>(
            () => new AttriClip(new() { ContextTokens = tokens, Prompts = prompts, Picks = picks })).Message);

    [Fact]
    public void Prompts_that_do_not_fit_the_context_say_by_how_much()
    {
        using var golden = Clip.Golden.Open("small/clip-vit", "openai.fp16.safetensors", "small/images");
        using var scope = NewDisposeScope();
        string[] names = ["fox", "fox fox"];
        var task = new FewShotTask(new(eye(2, golden.Model.FeatureWidth).unsqueeze(0), tensor(new long[] { 0, 1 })),
            new(names, golden.Model.ClassFeatures(names, [new("{}")]), golden.Model.LogitScale, ["{}"]),
            new() { TextTower = golden.Model });
        Assert.Equal("A prompt of 75 learned tokens and the class name 'fox' has 79 positions, 2 more than the text tower's 77: " +
            "shorten the name or learn fewer tokens.",
            Assert.Throws<KedgeException>(() => new AttriClip(new() { ContextTokens = 25 })
                .Fit(task, null, TestContext.Current.CancellationToken)).Message);
    }

    private static string[] Shapes(FewShotClassifier classifier) =>
        [.. classifier.State.Tensors.OrderBy(pair => pair.Key).Select(pair => $"{pair.Key} {string.Join(' ', pair.Value.shape)}")];

    private static float[][] Rows(FewShotClassifier classifier, string name)
    {
        var tensor = classifier.State.Tensors[name];
        return [.. tensor.data<float>().Chunk((int)(tensor.numel() / tensor.shape[0]))];
    }

    private sealed class Notes : IProgress<FitProgress>
    {
        public List<string> All { get; } = [];

        public void Report(FitProgress value)
        {
            if (value.Note is { } note)
                All.Add(note);
        }
    }
}
