using Kedge.Runtime;
using TorchSharp;

namespace Kedge.Tests.Runtime;

public class LibTorchTests
{
    [Fact]
    public void Loads_and_computes_on_this_system()
    {
        LibTorch.Load();
        using var two = torch.ones(2).sum();
        Assert.Equal(2f, two.item<float>());
    }

    [Fact]
    public void A_file_that_is_no_elf_library_is_left_alone()
    {
        var bytes = new byte[128];
        Assert.Equal(0, VersionNeeds.MakeWeak(bytes, "GLIBCXX_3.4.32"));
        Assert.All(bytes, b => Assert.Equal(0, b));
    }
}
