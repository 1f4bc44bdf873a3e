using Kedge.Tensors;
using Kedge.Tests.Support;
using static TorchSharp.torch;

namespace Kedge.Tests.Tensors;

public sealed class SafetensorsWriterTests : IDisposable
{
    private readonly TemporaryFolder _scratch = new();

    public void Dispose() => _scratch.Dispose();

    [Fact]
    public void A_missing_folder_is_named()
    {
        var error = Assert.Throws<KedgeException>(() => Write(Path.Combine(_scratch.Path, "absent", "x.safetensors")));
        Assert.Contains($"the folder '{_scratch["absent"]}' does not exist; make it or choose another",
            error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_target_that_is_a_folder_is_refused_and_nothing_stays()
    {
        Directory.CreateDirectory(_scratch["x.safetensors"]);
        Assert.Throws<KedgeException>(() => Write(_scratch["x.safetensors"]));
        Assert.Empty(Directory.GetFiles(_scratch.Path));
    }

    [Fact]
    public void A_type_that_the_format_lacks_is_a_mistake_of_the_caller()
    {
        using var complex = zeros(2, dtype: ScalarType.ComplexFloat32);
        Assert.Throws<ArgumentException>(() => SafetensorsWriter.Write(_scratch["x"], new Dictionary<string, Tensor> { ["z"] = complex }));
        Assert.Empty(Directory.GetFiles(_scratch.Path));
    }

    private static void Write(string path)
    {
        using var one = ones(1);
        SafetensorsWriter.Write(path, new Dictionary<string, Tensor> { ["x"] = one });
    }
}
