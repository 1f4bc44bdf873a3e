using Kedge.Runtime;
using Kedge.Tests.Support;
using static TorchSharp.torch;

namespace Kedge.Tests.Runtime;

[Collection(nameof(BusyCollector))]
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
    public void A_sum_survives_that_garbage_is_collected_meanwhile()
    {
        using var x = ones(4, 64);
        using var collector = new BusyCollector();
        for (var i = 0; i < 100_000; i++)
        {
            using var sum = x.Plus(x);
            Assert.Equal(2, sum.data<float>()[0]);
        }
    }
}
