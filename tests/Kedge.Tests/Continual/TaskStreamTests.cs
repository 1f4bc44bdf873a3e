using Kedge.Continual;
using Kedge.FewShot;
using Kedge.Tests.Support;
using static TorchSharp.torch;

namespace Kedge.Tests.Continual;

public sealed class TaskStreamTests : IDisposable
{
    private readonly SyntheticTask _synthetic = new([3, 2, 4, 1]);
    private readonly TorchSharp.DisposeScope _scope = NewDisposeScope();
    private readonly TaskStream _stream;

    public TaskStreamTests() => _stream = new(_synthetic.Task,
        new(_synthetic.Images, tensor(_synthetic.QueryLabels.Select(label => (long)label).ToArray())), [2, 0, 3, 1], [2, 1, 1]);

    public void Dispose()
    {
        _scope.Dispose();
        _synthetic.Dispose();
    }

    [Fact]
    public void Tasks_bring_their_classes_in_order_with_their_images_alone()
    {
        Assert.Equal(3, _stream.Count);
        var (first, last) = (_stream.New(0), _stream.New(2));
        Assert.Equal(["class 2", "class 0"], first.Classes.Names);
        Assert.Equal([4, 3], first.CountShots());
        Assert.Equal(["class 1"], last.Classes.Names);
        Assert.Equal([2], last.CountShots());
        Assert.Equal(_synthetic.Classes[2].data<float>(), first.Classes.Features[0].data<float>());
        Assert.Equal(_synthetic.Support[0, 0].data<float>(), first.Support.Features[0, Row(first, label: 1)].data<float>());
    }

    [Theory, InlineData(0, 0, 0), InlineData(1, 1, 1), InlineData(4, 4, 3), InlineData(null, 4, 3)]
    public void A_memory_keeps_some_images_of_each_class_before(int? memory, int first, int second)
    {
        var seen = _stream.Seen(1, memory);
        Assert.Equal([first, second, 1], seen.CountShots());
        Assert.Equal(["class 2", "class 0", "class 3"], seen.Classes.Names);
    }

    [Fact]
    public void Queries_are_of_the_classes_that_have_arrived()
    {
        Assert.Equal([0, 1], Labels(_stream.SeenQueries(0)).Distinct().Order());
        Assert.Equal(16, _stream.SeenQueries(0).Count);
        Assert.Equal(32, _stream.SeenQueries(2).Count);
        var query = _stream.Queries(2, 3);
        Assert.Equal([2], Labels(query).Distinct());
        Assert.Equal(_synthetic.Queries[3].data<float>(), query.Features[0].data<float>()); // class 3 is the third to arrive
    }

    [Fact]
    public void Without_forgetting_a_stream_ends_where_all_classes_at_once_do()
    {
        var accuracy = new StreamRun(new ZeroShot(), _stream, memory: 0).Run(null, TestContext.Current.CancellationToken);
        using var whole = new ZeroShot().Fit(_synthetic.Task, null, TestContext.Current.CancellationToken);
        Assert.Equal(_synthetic.Accuracy(whole), accuracy.Last, 1e-6);
        Assert.Equal(0, accuracy.Forward);
        Assert.Equal(3, accuracy.Overall.Count);
    }

    [Fact]
    public void A_method_that_learns_all_at_once_needs_a_memory()
    {
        var method = Kedge.Methods.MethodCatalog.Default.Create("gda");
        Assert.Equal("Learning a stream found gda, which learns all its classes at once: give it a memory of some images a class " +
            "(--memory).",
            Assert.Throws<KedgeException>(() => new StreamRun(method, _stream, memory: 0)
                .Run(null, TestContext.Current.CancellationToken)).Message);
        var bound = new StreamRun(method, _stream, memory: 0, joint: true).Run(null, TestContext.Current.CancellationToken);
        using var whole = method.Fit(_synthetic.Task, null, TestContext.Current.CancellationToken);
        Assert.Equal(_synthetic.Accuracy(whole), bound.Last, 1e-6);
        Assert.Null(bound.Forward);
    }

    private static int Row(FewShotTask task, long label) => (int)task.Support.Labels.data<long>().Index().First(i => i.Item == label).Index;

    private static long[] Labels(LabelledFeatures query) => [.. query.Labels.data<long>()];
}
