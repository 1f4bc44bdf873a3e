using Kedge.Checkpoints;
using Kedge.Imaging;
using Kedge.Tensors;
using Kedge.Tests.Support;
using static TorchSharp.torch;

namespace Kedge.Tests.Checkpoints;

public sealed class GoldenCheckpointTests : IDisposable
{
    private readonly TorchSharp.DisposeScope _scope = NewDisposeScope();

    public void Dispose() => _scope.Dispose();

    [Theory]
    [InlineData("openai.fp16.pt", nameof(CheckpointFormat.TorchZip))]
    [InlineData("openai.jit.pt", nameof(CheckpointFormat.TorchScript))]
    public void The_same_model_in_another_format_has_the_same_tensors_and_fingerprint(string file, string format)
    {
        Assert.SkipUnless(SharedData.Exists, SharedData.Absent);
        using var expected = Checkpoint.Open(SharedData.Get("golden", "clip-vit", "openai.fp16.safetensors"));
        using var actual = Checkpoint.Open(SharedData.Get("golden", "clip-vit", file));
        Assert.Equal((format, CheckpointLayout.OpenAI), (actual.Format.ToString(), actual.Layout));
        AssertSame(expected.Tensors, actual.Tensors);
        Assert.Equal(expected.Fingerprint, actual.Fingerprint);
    }

    [Fact]
    public void The_hugging_face_folder_has_every_name_and_shape_of_the_original_layout()
    {
        Assert.SkipUnless(SharedData.Exists, SharedData.Absent);
        // of the same architecture but for the heads
        using var original = Checkpoint.Open(SharedData.Get("golden", "clip-vit", "openai.fp16.safetensors"));
        using var folder = Checkpoint.Open(SharedData.Get("golden", "clip-hf", "huggingface"));
        Assert.Equal((CheckpointFormat.Safetensors, CheckpointLayout.HuggingFace), (folder.Format, folder.Layout));
        Assert.Equal(original.Tensors.Entries.Keys.Order(), folder.Tensors.Entries.Keys.Order());
        Assert.All(original.Tensors.Entries.Values, entry => Assert.Equal(entry.Shape, folder.Tensors.Entries[entry.Name].Shape));
        Assert.All(original.Tensors.Entries.Values, entry => Assert.Equal(entry.Shape, folder.Tensors.Read(entry.Name).shape));
    }

    [Fact]
    public void The_hugging_face_folder_gives_its_settings()
    {
        Assert.SkipUnless(SharedData.Exists, SharedData.Absent);
        using var folder = Checkpoint.Open(SharedData.Get("golden", "clip-hf", "huggingface"));
        Assert.Equal(new DeclaredArchitecture
        {
            VisionHeads = 2,
            TextHeads = 2,
            Activation = Activation.QuickGelu,
            EotTokenId = 49407,
            ImageSize = 64,
            Preprocessing = new()
            {
                Mean = new(0.48145466f, 0.4578275f, 0.40821073f),
                Std = new(0.26862954f, 0.26130258f, 0.27577711f),
                ResizeSize = 64,
                CropSize = 64,
                Kernel = ResampleKernel.Bicubic,
            },
        }, folder.Declared);
    }

    [Fact]
    public void Fused_and_turned_tensors_hold_the_values_of_their_parts()
    {
        Assert.SkipUnless(SharedData.Exists, SharedData.Absent);
        using var raw = SafetensorsFile.Open(SharedData.Get("golden", "clip-hf", "huggingface", "model.safetensors"));
        using var folder = Checkpoint.Open(SharedData.Get("golden", "clip-hf", "huggingface"));
        var fused = folder.Tensors.Read("visual.transformer.resblocks.1.attn.in_proj_weight");
        foreach (var (part, index) in (IEnumerable<(string, int)>)[("q", 0), ("k", 1), ("v", 2)])
            Assert.True(raw.Read($"vision_model.encoder.layers.1.self_attn.{part}_proj.weight").Equals(fused.narrow(0, 128 * index, 128)));
        Assert.True(raw.Read("visual_projection.weight").t().Equals(folder.Tensors.Read("visual.proj")));
        Assert.True(folder.Tensors.Read("visual.proj").is_contiguous());
    }

    [Theory]
    [InlineData("clip-vit", 86)]
    [InlineData("clip-rn", 164)]
    public void The_small_references_open_without_their_counters_and_declare_nothing(string folder, int tensors)
    {
        using var checkpoint = Checkpoint.Open(TestData.Small(folder, "openai.fp16.safetensors"));
        Assert.Equal(tensors, checkpoint.Tensors.Entries.Count);
        Assert.DoesNotContain(checkpoint.Tensors.Entries.Keys, name => name.EndsWith("num_batches_tracked", StringComparison.Ordinal));
        Assert.Equal(new DeclaredArchitecture(), checkpoint.Declared);
        Assert.Matches("^[0-9a-f]{64}$", checkpoint.Fingerprint);
    }

    private static void AssertSame(TensorSource expected, TensorSource actual)
    {
        Assert.Equal(expected.Entries.Keys.Order(), actual.Entries.Keys.Order());
        foreach (var name in expected.Entries.Keys)
        {
            var (one, other) = (expected.Read(name), actual.Read(name));
            Assert.Equal(expected.Entries[name].Type, actual.Entries[name].Type);
            Assert.Equal(one.shape, other.shape);
            Assert.True(one.Equals(other), name);
        }
    }
}
