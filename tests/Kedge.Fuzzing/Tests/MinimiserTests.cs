using Kedge.Fuzzing.Running;

namespace Kedge.Fuzzing.Tests;

public class MinimiserTests
{
    [Fact]
    public void What_does_not_matter_is_left_out()
    {
        var input = Enumerable.Range(0, 250).Select(i => (byte)i).ToArray();
        var fails = (byte[] bytes) => bytes.Contains((byte)17) && bytes.Contains((byte)203);
        Assert.Equal([17, 203], new Minimiser(fails).Minimise(input));
    }
}
