using Kedge.Clip;
using Kedge.Tensors;
using Kedge.Tests.Support;
using TorchSharp;
using static TorchSharp.torch;

namespace Kedge.Tests.Clip;

/// <summary>Weights that make no CLIP: one sentence, and no tensor stays.</summary>
public sealed class UnsoundModelTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    private string Model => _folder["model.safetensors"];

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData(float.NaN)]
    [InlineData(float.NegativeInfinity)]
    public void A_weight_that_is_no_finite_number_is_named(float value)
    {
        Change(tensors => tensors["visual.proj"].view(-1)[3] = value);
        Assert.Equal($"Loading {Model} as a CLIP: 1 NaN or infinite (visual.proj). Expected finite numbers in every weight; " +
            "get the file again.", Error());
    }

    [Fact]
    public void A_logit_scale_beyond_numbers_is_named()
    {
        Change(tensors => tensors["logit_scale"] = tensor(500f));
        Assert.Equal($"Loading {Model} as a CLIP: its logit scale exp(500) is no finite number; get the file again.", Error());
    }

    [Fact]
    public void A_block_far_beyond_the_others_is_refused_before_anything_is_built()
    {
        Change(tensors => tensors["transformer.resblocks.1000000.ln_1.bias"] = zeros(64));
        Assert.Equal($"Reading {Model} as a CLIP: text: width is 64, layers 1000001, mlpWidth 256, expected at most 65536, 256 and " +
            "262144. Expected the weights of a CLIP (OpenAI's, open_clip's or Hugging Face's names); give another file.", Error());
    }

    [Theory]
    [InlineData("text_projection", "text_projection with 2 dimensions is [0, 48]")]
    [InlineData("positional_embedding", "positional_embedding with 2 dimensions is [0, 48]")]
    [InlineData("visual.proj", "1 misshapen (visual.proj [0, 48] instead of [64, 48])")]
    public void A_tensor_without_elements_is_refused(string key, string expected)
    {
        Change(tensors => tensors[key] = zeros(0, 48));
        Assert.Contains(expected, Error(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("ln_final.bias")] // after nearly all was read
    [InlineData("visual.ln_pre.weight")]
    [InlineData("text_projection")]
    public void A_load_that_fails_frees_its_memory_at_once(string key)
    {
        Change(tensors => tensors.Remove(key));
        CheckFreed();
        Change(tensors => tensors[key] = tensors[key] * float.NaN);
        CheckFreed();
    }

    private void CheckFreed()
    {
        var live = DisposeScopeManager.Statistics.ThreadTotalLiveCount;
        Error();
        Assert.Equal(live, DisposeScopeManager.Statistics.ThreadTotalLiveCount);
    }

    private string Error() => Assert.Throws<KedgeException>(() => ClipModel.Load(Model)).Message;

    private void Change(Action<Dictionary<string, Tensor>> change)
    {
        using var scope = NewDisposeScope();
        using var file = SafetensorsFile.Open(TestData.Small("clip-vit", "openai.fp16.safetensors"));
        var tensors = file.Entries.Keys.ToDictionary(name => name, name => file.Read(name));
        change(tensors);
        SafetensorsWriter.Write(Model, tensors);
    }
}
