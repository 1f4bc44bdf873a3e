using Kedge.Clip;
using Kedge.Data;
using Kedge.Experiments;
using Kedge.Features;
using Kedge.FewShot;
using Kedge.Methods;
using Kedge.Tasks;
using Kedge.Tests.Support;
using Kedge.Text;
using static TorchSharp.torch;

namespace Kedge.Tests.Tasks;

public sealed class LeftOutPhotosTests : IDisposable
{
    private readonly PhotoFolder _photos = PhotoFolder.WithParts(photos: 6);
    private readonly List<string> _told = [];

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    public void Dispose() => _photos.Dispose();

    [Fact]
    public void The_next_photo_of_the_draw_takes_the_place_of_one_that_cannot_be_read()
    {
        using var clip = ClipModel.Load(PhotoFolder.Clip);
        using var scope = NewDisposeScope();
        var options = new TaskOptions { Shots = 3, Views = 2 };
        var whole = Names(clip, options, out _);
        Break(whole[1]);
        var drawn = Names(clip, options, out var leftOut);
        Assert.Equal(whole.Length, drawn.Length);
        Assert.Equal([whole[0], whole[2]], drawn[..2]);
        Assert.Equal(whole[3..], drawn[3..]);
        Assert.DoesNotContain(drawn[2], whole);
        Assert.Equal(1, leftOut);
        Assert.StartsWith($"Cannot decode '{whole[1]}': ", Assert.Single(_told));
    }

    [Fact]
    public void A_comparison_keeps_its_shots_and_counts_the_test_photos_left_out()
    {
        using var clip = ClipModel.Load(PhotoFolder.Clip);
        var draws = SupportDraws.Sample(DatasetReader.Open(_photos.Data), [2, 3], [1, 2]);
        Break(draws.Draws[0].Support[0].Image.Name);
        Break(draws.Test[0].Image.Name);
        using var tasks = ComparisonTasks.Encode(clip, [draws], [PromptTemplates.Default], context: Context, cancellation: Stop);
        Assert.Equal([6, 6, 9, 9], tasks.Tasks.Select(task => task.Task.Support.Count));
        Assert.All(tasks.Tasks, task => Assert.Equal((5, 1), (task.Query.Count, task.Query.LeftOut)));
        Assert.Equal(2, _told.Count);
        using var log = ComparisonLog.Open(_photos["log"]);
        var rows = new Comparison(MethodVariant.ParseList("zero-shot", MethodCatalog.Default), tasks.Tasks).Run(log, cancellation: Stop);
        Assert.All(rows, row => Assert.Equal((5, 1), (row.Queries, row.LeftOut)));
    }

    [Fact]
    public void Without_anybody_told_the_first_bad_photo_ends_the_run()
    {
        using var clip = ClipModel.Load(PhotoFolder.Clip);
        var dataset = DatasetReader.Open(_photos.Data);
        using var classifier = ImageClassifier.Fit(clip, dataset, new() { Method = new NearestClassMean(new()) }, cancellation: Stop);
        Break(dataset.Test[2].Image.Name);
        Assert.StartsWith($"Cannot decode '{dataset.Test[2].Image.Name}': ",
            Assert.Throws<KedgeException>(() => classifier.Evaluate(dataset.Test, cancellation: Stop)).Message);
        Assert.Equal(5, classifier.Predict([.. dataset.Test.Select(image => image.Image)], context: new() { LeftOut = _told.Add },
            cancellation: Stop).Count);
        var result = classifier.Evaluate(dataset.Test, context: new() { LeftOut = _told.Add }, cancellation: Stop);
        Assert.Equal((5, 1), (result.Count, result.LeftOut));
    }

    [Fact]
    public void A_class_is_not_left_without_photos_to_learn_from()
    {
        using var clip = ClipModel.Load(PhotoFolder.Clip);
        using var scope = NewDisposeScope();
        using var few = PhotoFolder.Flat(photos: 1);
        var dataset = DatasetReader.Open(few.Data);
        Break(dataset.Train[0].Image.Name);
        foreach (int? shots in (int?[])[null, 1])
        {
            Assert.Equal("The class 'apple' has no image to learn from that can be read; repair them, or take the class away.",
                Assert.Throws<KedgeException>(() => new TaskEncoder(clip, Context)
                    .EncodeTask(dataset, FeatureKinds.Image, new() { Shots = shots }, Stop)).Message);
        }
    }

    private EncodingContext Context => new() { LeftOut = _told.Add };

    private string[] Names(ClipModel clip, TaskOptions options, out int leftOut)
    {
        (var task, leftOut) =
            new TaskEncoder(clip, Context).EncodeTask(DatasetReader.Open(_photos.Data), FeatureKinds.Image, options, Stop);
        return [.. task.Support.Names!];
    }

    private static void Break(string photo) => File.WriteAllText(photo, "no photo");
}
