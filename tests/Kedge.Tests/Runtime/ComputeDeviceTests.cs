using Kedge.Runtime;
using TorchSharp;

namespace Kedge.Tests.Runtime;

public class ComputeDeviceTests
{
    [Theory, InlineData("cpu"), InlineData("CPU")]
    public void The_cpu_is_always_there(string name) => Assert.Equal(DeviceType.CPU, ComputeDevice.Find(name).type);

    [Theory, InlineData("cuda:99"), InlineData("gpu"), InlineData(""), InlineData("cpu:1")]
    public void Others_are_refused_with_those_that_are_there(string name)
    {
        var error = Assert.Throws<KedgeException>(() => ComputeDevice.Find(name));
        Assert.Equal($"There is no device '{name}': the libtorch at hand computes on {string.Join(", ", ComputeDevice.Names)}; " +
            "choose one of these, or install a libtorch for it.", error.Message);
    }
}
