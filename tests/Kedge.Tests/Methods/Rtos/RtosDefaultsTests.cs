using Kedge.Features;
using Kedge.FewShot;
using Kedge.Methods;
using Kedge.Tests.Support;
using static TorchSharp.torch;

namespace Kedge.Tests.Methods;

public class RtosDefaultsTests
{
    private const float Scale = 50;

    [Theory]
    [InlineData(4, 3, AnchorStart.Words, true)] // three quarters right
    [InlineData(4, 2, AnchorStart.Classes, false)]
    [InlineData(256, 256, AnchorStart.Words, true)]
    [InlineData(257, 257, AnchorStart.Neighbours, true)]
    [InlineData(257, 0, AnchorStart.Neighbours, true)]
    public void The_support_images_and_the_number_of_classes_decide_the_start(int classes, int right, AnchorStart start, bool isScale)
    {
        using var scope = NewDisposeScope();
        var chosen = RtosDefaults.Choose(Task(classes, right, words: 128), new());
        Assert.Equal((start, isScale ? (double?)Scale : null), (chosen.Start, chosen.Alpha));
    }

    [Fact]
    public void Few_words_or_none_leave_the_class_names()
    {
        using var scope = NewDisposeScope();
        Assert.Equal(AnchorStart.Classes, RtosDefaults.Choose(Task(4, 4, words: 127), new()).Start);
        Assert.Equal(AnchorStart.Classes, RtosDefaults.Choose(Task(4, 4, words: 0), new()).Start);
    }

    [Fact]
    public void What_a_person_sets_stays()
    {
        using var scope = NewDisposeScope();
        var task = Task(257, 257, words: 128);
        var chosen = RtosDefaults.Choose(task, new() { Start = AnchorStart.Classes });
        Assert.Equal((AnchorStart.Classes, null), (chosen.Start, chosen.Alpha));
        Assert.Equal(7, RtosDefaults.Choose(task, new() { Alpha = 7 }).Alpha);
        Assert.Equal(AnchorStart.Words, RtosDefaults.Choose(task, new() { AnchorCount = 3 }).Start);
        Assert.Equal((0.1, 100), RtosDefaults.Pulls(chosen));
        Assert.Equal((100, 10), RtosDefaults.Pulls(RtosDefaults.Choose(task, new())));
        Assert.Equal((1, 2), RtosDefaults.Pulls(new() { Start = AnchorStart.Neighbours, ProjectionPull = 1, AnchorPull = 2 }));
    }

    [Fact]
    public void Between_neighbours_are_two_points_a_class_half_way_to_the_nearest_others()
    {
        using var scope = NewDisposeScope();
        var classes = tensor(new float[,] { { 1, 0 }, { 0.9f, 0.1f }, { 0.1f, 0.9f }, { -1, 0 } }).Unit();
        var task = new FewShotTask(new(classes.unsqueeze(0), arange(4)), new(["a", "b", "c", "d"], classes, Scale, []));
        using var anchors = AnchorStarts.Create(task, new() { Start = AnchorStart.Neighbours }, new(null, default));
        Assert.Equal(["a – b", "a – c", "b – a", "b – c", "c – b", "c – a", "d – c", "d – b"], anchors.Names);
        var expected = (classes[2] + classes[1]).Unit();
        Assert.InRange((anchors.Rows[4] - expected).abs().max().item<float>(), 0, 1e-6f); // single precision
    }

    [Fact]
    public void Tokens_between_neighbours_are_the_mean_of_both_names()
    {
        using var synthetic = SyntheticTask.Even(classes: 3, shots: 2);
        using var scope = NewDisposeScope();
        using var names = AnchorStarts.Create(synthetic.Task, new() { Start = AnchorStart.Classes }, new(null, default));
        using var between = AnchorStarts.Create(synthetic.Task, new() { Start = AnchorStart.Neighbours }, new(null, default));
        var first = between.Names[0].Split(" – ").Select(name => names.Rows[names.Names.ToList().IndexOf(name)]).ToArray();
        Assert.Equal(6, between.Names.Count);
        Assert.InRange((between.Rows[0] - (first[0] + first[1]) / 2).abs().max().item<float>(), 0, 1e-6f); // single precision
    }

    [Fact]
    public void The_members_of_rtos_plus_start_likewise()
    {
        using var scope = NewDisposeScope();
        var task = Task(4, 3, words: 128);
        using var plus = new RtosPlus(new() { Steps = 1 }).Fit(task, cancellation: TestContext.Current.CancellationToken);
        using var names = new RtosPlus(new() { Steps = 1, Start = AnchorStart.Classes })
            .Fit(task, cancellation: TestContext.Current.CancellationToken);
        Assert.Equal((128, 4), (plus.Anchors!.Names.Count, names.Anchors!.Names.Count));
    }

    /// <summary>One image a class, of which zero-shot gets some right; without a text tower.</summary>
    private static FewShotTask Task(int classes, int right, int words)
    {
        var features = eye(classes + 1).narrow(0, 0, classes);
        var labels = arange(classes);
        var images = features.index_select(0, cat([labels.narrow(0, 0, right), (labels.narrow(0, right, classes - right) + 1) % classes]));
        return new FewShotTask(new(images.unsqueeze(0), labels),
            new([.. Enumerable.Range(0, classes).Select(c => $"class {c}")], features, Scale, []))
        {
            Anchors = words == 0 ? null
                : new AnchorSet(randn([words, classes + 1]).Unit(), [.. Enumerable.Range(0, words).Select(k => $"word {k}")]),
        };
    }
}
