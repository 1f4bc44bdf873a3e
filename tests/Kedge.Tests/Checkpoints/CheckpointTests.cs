using Kedge.Checkpoints;
using Kedge.Tests.Support;
using TorchSharp;
using static TorchSharp.torch;

namespace Kedge.Tests.Checkpoints;

public sealed class CheckpointTests : IDisposable
{
    private readonly TemporaryFolder _scratch = new();
    private readonly DisposeScope _scope = NewDisposeScope();

    public void Dispose()
    {
        _scope.Dispose();
        _scratch.Dispose();
    }

    [Theory]
    [InlineData("as published", nameof(CheckpointLayout.OpenAI))]
    [InlineData("parallel training", nameof(CheckpointLayout.OpenAI))]
    [InlineData("training checkpoint", nameof(CheckpointLayout.OpenAI))]
    [InlineData("custom text tower", nameof(CheckpointLayout.OpenClip))]
    [InlineData("Hugging Face", nameof(CheckpointLayout.HuggingFace))]
    public void Every_layout_of_one_model_gives_its_names_and_fingerprint(string layout, string expected)
    {
        using var original = Checkpoint.Open(SmallClip.OpenAI().Save(_scratch, "original"));
        var path = (layout switch
        {
            "as published" => new(SmallClip.OpenAI())
            {
                ["input_resolution"] = tensor(224),
                ["visual.bn1.num_batches_tracked"] = tensor(1),
                ["attn_mask"] = ones(2, 2),
            },
            "parallel training" => SmallClip.OpenAI().Prefixed(name => "module." + name),
            "training checkpoint" =>
                new(SmallClip.OpenAI().Prefixed(name => "state_dict.module." + name)) { ["optimizer.state.0.exp_avg"] = ones(1) },
            "custom text tower" => SmallClip.OpenAI()
                .Prefixed(name => name.StartsWith("visual", StringComparison.Ordinal) || name == "logit_scale" ? name : "text." + name),
            _ => SmallClip.HuggingFace(),
        }).Save(_scratch, "weights with no telling name");
        _scratch.Write("config.json", "{}");
        using var checkpoint = Checkpoint.Open(path);
        Assert.Equal(expected, checkpoint.Layout.ToString());
        Assert.Equal(original.Tensors.Entries.Keys.Order(), checkpoint.Tensors.Entries.Keys.Order());
        Assert.Equal(original.Fingerprint, checkpoint.Fingerprint);
    }

    [Fact]
    public void The_fingerprint_is_of_values_names_and_shapes_and_not_of_the_stored_type()
    {
        var original = Fingerprint(SmallClip.OpenAI());
        Assert.Equal(original, Fingerprint(SmallClip.OpenAI()
            .ToDictionary(pair => pair.Key, pair => pair.Key == "logit_scale" ? pair.Value : pair.Value.to(ScalarType.Float16))));
        Assert.NotEqual(original, Fingerprint(new(SmallClip.OpenAI()) { ["logit_scale"] = tensor(4.5f) }));
        Assert.NotEqual(original, Fingerprint(new(SmallClip.OpenAI()) { ["visual.proj"] = (arange(6f) + 1).reshape(3, 2) }));
        Assert.NotEqual(original, Fingerprint(SmallClip.OpenAI().Prefixed(name => name == "visual.proj" ? "visual.prok" : name)));
    }

    [Fact]
    public void What_is_not_known_keeps_its_name_and_what_is_incomplete_is_not_joined()
    {
        var tensors = SmallClip.HuggingFace();
        tensors.Remove("text_model.encoder.layers.0.self_attn.k_proj.weight");
        tensors["text_model.adapter"] = ones(1);
        _scratch.Write("config.json", "{}");
        using var checkpoint = Checkpoint.Open(tensors.Save(_scratch, "model.safetensors"));
        Assert.Contains("text_model.adapter", checkpoint.Tensors.Entries.Keys);
        Assert.Contains("text_model.encoder.layers.0.self_attn.q_proj.weight", checkpoint.Tensors.Entries.Keys);
        Assert.DoesNotContain("transformer.resblocks.0.attn.in_proj_weight", checkpoint.Tensors.Entries.Keys);
    }

    [Fact]
    public void Parts_that_do_not_fit_are_named()
    {
        var path =
            new Dictionary<string, Tensor>(SmallClip.HuggingFace()) { ["text_model.encoder.layers.0.self_attn.k_proj.weight"] = ones(3, 2) }
            .Save(_scratch, "m");
        Assert.Contains("'text_model.encoder.layers.0.self_attn.k_proj.weight' Float32 [3, 2]", Refused(path), StringComparison.Ordinal);
    }

    [Fact]
    public void Two_models_in_one_file_are_told()
    {
        var both = SmallClip.OpenAI().Prefixed(name => "model." + name)
            .Concat(SmallClip.OpenAI().Prefixed(name => "ema." + name)).ToDictionary();
        Assert.Contains("holds 2 models, below 'ema.' and 'model.'", Refused(both.Save(_scratch, "m")), StringComparison.Ordinal);
    }

    [Fact]
    public void A_file_that_is_no_clip_is_told() =>
        Assert.Contains("holds no CLIP: none of its 1 tensors is",
            Refused(new Dictionary<string, Tensor> { ["x"] = ones(1) }.Save(_scratch, "m")), StringComparison.Ordinal);

    [Theory]
    [InlineData("version https://git-lfs.github.com/spec/v1\noid sha256:0\n", "is a Git LFS pointer in place of the weights")]
    [InlineData("<!DOCTYPE html><html>Not found</html>", "holds no checkpoint that is known")]
    [InlineData("", "it has 0 bytes")]
    [InlineData("{\"error\": \"not found\"}", "has no 'weight_map'")]
    [InlineData("{\"error: not found", "is not valid JSON")]
    public void A_file_that_is_no_checkpoint_is_told(string content, string expected) =>
        Assert.Contains(expected, Refused(_scratch.Write("model.safetensors", content)), StringComparison.Ordinal);

    [Fact]
    public void An_old_pickle_is_told() =>
        Assert.Contains("is a pickle of PyTorch before 1.6", Refused(_scratch.Write("old.pt", [0x80, 2, 0x8a, 10, 1, 2, 3])),
            StringComparison.Ordinal);

    [Fact]
    public void A_folder_without_weights_is_told() =>
        Assert.Contains($"The folder '{_scratch.Path}' holds no weights", Refused(_scratch.Path), StringComparison.Ordinal);

    [Fact]
    public void A_folder_with_a_choice_of_weights_asks_for_one()
    {
        SmallClip.OpenAI().Save(_scratch, "a.safetensors");
        SmallClip.OpenAI().Save(_scratch, "b.safetensors");
        Assert.Contains("holds 2 files of weights (a.safetensors, b.safetensors); name the one to open",
            Refused(_scratch.Path), StringComparison.Ordinal);
    }

    [Fact]
    public void A_folder_with_one_file_of_weights_opens()
    {
        SmallClip.OpenAI().Save(_scratch, "a.safetensors");
        using var checkpoint = Checkpoint.Open(_scratch.Path);
        Assert.Equal(CheckpointFormat.Safetensors, checkpoint.Format);
    }

    [Fact]
    public void A_resource_opens_from_its_stream()
    {
        var path = SmallClip.OpenAI().Save(_scratch, "m");
        using var checkpoint = Checkpoint.Read(new MemoryStream(File.ReadAllBytes(path)), "kedge-mini");
        Assert.Equal(("kedge-mini", CheckpointLayout.OpenAI), (checkpoint.Tensors.Origin, checkpoint.Layout));
    }

    private static string Refused(string path) => Assert.Throws<KedgeException>(() => Checkpoint.Open(path)).Message;

    private string Fingerprint(Dictionary<string, Tensor> tensors)
    {
        using var checkpoint = Checkpoint.Open(tensors.Save(_scratch, "m"));
        return checkpoint.Fingerprint;
    }
}
