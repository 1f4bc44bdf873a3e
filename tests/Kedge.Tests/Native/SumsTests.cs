using Kedge.Native;
using static TorchSharp.torch;

namespace Kedge.Tests.Native;

/// <summary>Alone, as the collections would spoil what others compute meanwhile.</summary>
[Collection(nameof(SumsTests)), CollectionDefinition(nameof(SumsTests), DisableParallelization = true)]
public class SumsTests
{
    [Fact]
    public void Shapes_broadcast()
    {
        using var scope = NewDisposeScope();
        var sum = tensor(new float[,] { { 1, 2 }, { 3, 4 } }).Plus(tensor(new float[] { 10, 20 }));
        Assert.Equal([11, 22, 13, 24], sum.data<float>().ToArray());
    }

    /// <summary>With x + y about one sum in five thousand fails here.</summary>
    [Fact]
    public async Task A_sum_survives_that_garbage_is_collected_meanwhile()
    {
        using var scope = NewDisposeScope();
        using var done = new CancellationTokenSource();
        var collector = Task.Run(
            () =>
            {
                while (!done.IsCancellationRequested)
                {
                    GC.Collect(0);
                    GC.WaitForPendingFinalizers();
                }
            },
            TestContext.Current.CancellationToken);
        var x = ones(4, 64);
        for (var i = 0; i < 100_000; i++)
        {
            using var sum = x.Plus(x);
            Assert.Equal(2, sum.data<float>()[0]);
        }
        await done.CancelAsync();
        await collector;
    }
}
