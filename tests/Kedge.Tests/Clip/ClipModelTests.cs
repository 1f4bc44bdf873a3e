using Kedge.Checkpoints;
using Kedge.Clip;
using Kedge.Tensors;
using Kedge.Tests.Support;
using Kedge.Text;
using static TorchSharp.torch;

namespace Kedge.Tests.Clip;

public class ClipModelTests
{
    private static readonly string Small = TestData.Small("clip-vit", "openai.fp16.safetensors");

    [Fact]
    public void Layouts_of_the_same_weights_have_one_fingerprint_and_other_weights_another()
    {
        Assert.SkipUnless(SharedData.Exists, SharedData.Absent);
        string Fingerprint(params string[] path)
        {
            using var clip = ClipModel.Load(SharedData.Get(["golden", .. path]));
            return clip.Fingerprint;
        }
        var safetensors = Fingerprint("clip-vit", "openai.fp16.safetensors");
        Assert.Equal(safetensors, Fingerprint("clip-vit", "openai.jit.pt"));
        Assert.Equal(safetensors, Fingerprint("clip-vit", "openai.fp16.pt"));
        Assert.NotEqual(safetensors, Fingerprint("clip-rn", "openai.fp16.safetensors"));
    }

    [Fact]
    public void Another_activation_of_the_same_weights_has_another_fingerprint()
    {
        using var folder = new TemporaryFolder();
        File.Copy(Small, folder["open_clip_model.safetensors"]);
        File.WriteAllText(folder["open_clip_config.json"], """
            {"model_cfg":{"embed_dim":48,"quick_gelu":false,
              "vision_cfg":{"image_size":64,"layers":3,"width":64,"patch_size":16,"head_width":64},
              "text_cfg":{"context_length":77,"vocab_size":49408,"width":64,"heads":1,"layers":3}},"preprocess_cfg":{}}
            """);
        using var quick = ClipModel.Load(Small);
        using var gelu = ClipModel.Load(folder.Path);
        Assert.Equal(Activation.Gelu, gelu.Configuration.Text.Transformer.Activation);
        Assert.NotEqual(quick.Fingerprint, gelu.Fingerprint);
    }

    [Fact]
    public void A_class_feature_is_the_unit_mean_of_its_templates()
    {
        using var clip = ClipModel.Load(Small);
        using var scope = NewDisposeScope();
        var features = clip.ClassFeatures(["red_fox"], [new PromptTemplate("a photo of a {}."), new PromptTemplate("{}")]);
        var mean = clip.EncodeText(["a photo of a red fox.", "red fox"]).mean([0], keepdim: true);
        const double tolerance = 1e-6; // the same sums
        Assert.InRange(GoldenClipTests.Difference(mean / mean.norm(), features), 0, tolerance);
    }

    [Fact]
    public void The_norm_of_a_class_feature_is_of_the_mean_before_anything_is_unit()
    {
        using var clip = ClipModel.Load(Small);
        using var scope = NewDisposeScope();
        PromptTemplate[] templates = [new("a photo of a {}."), new("{}")];
        var (features, norms) = PromptEnsemble.EncodeWithNorms(clip, ["red_fox", "cat"], templates);
        Assert.Equal(clip.ClassFeatures(["red_fox", "cat"], templates).data<float>(), features.data<float>());
        var fox = clip.EncodeText(["a photo of a red fox.", "red fox"], normalize: false).mean([0]).norm().item<float>();
        Assert.Equal([2], norms!.shape);
        Assert.Equal(fox, norms[0].item<float>(), 1e-4f); // the same sums
    }

    [Fact]
    public void A_centred_space_has_no_norms_of_its_own()
    {
        using var folder = new TemporaryFolder();
        using var scope = NewDisposeScope();
        using (var file = SafetensorsFile.Open(Small))
        {
            var tensors = file.Entries.Keys.ToDictionary(name => name, file.Read);
            var width = tensors["text_projection"].shape[1];
            SafetensorsWriter.Write(folder["centred.safetensors"], tensors.Append(new("joint_mean", zeros(width))).ToDictionary());
        }
        using var clip = ClipModel.Load(folder["centred.safetensors"]);
        Assert.Null(PromptEnsemble.EncodeWithNorms(clip, ["fox", "cat"], [new("{}")]).Norms);
    }

    [Fact]
    public void Every_missing_unexpected_and_misshapen_key_is_named_at_once()
    {
        using var folder = new TemporaryFolder();
        using var scope = NewDisposeScope();
        using (var file = SafetensorsFile.Open(Small))
        {
            var tensors = file.Entries.Keys.ToDictionary(name => name, file.Read);
            tensors.Remove("ln_final.bias");
            tensors.Remove("visual.ln_pre.weight");
            tensors["visual.extra"] = zeros(3);
            tensors["ln_final.weight"] = zeros(65);
            SafetensorsWriter.Write(folder["broken.safetensors"], tensors);
        }
        var error = Assert.Throws<KedgeException>(() => ClipModel.Load(folder["broken.safetensors"]));
        Assert.Equal(
            $"Loading {folder["broken.safetensors"]} as a CLIP: 2 missing (visual.ln_pre.weight, ln_final.bias); " +
                "1 unexpected (visual.extra); 1 misshapen (ln_final.weight [65] instead of [64]). " +
            "Expected exactly the tensors of a ViT of width 64 with 3 layers and a text tower of width 64; give a complete checkpoint.",
                error.Message);
    }

    [Fact]
    public void The_embedded_model_loads_by_its_name_and_is_small()
    {
        using var clip = ClipModel.Load("Kedge-Mini");
        Assert.Equal("kedge-mini", clip.Name);
        Assert.Equal(256, clip.FeatureWidth);
        Assert.Equal(64, clip.Preprocessing.Resolution);
        const int mostBytes = 20_000_000; // the issue's, in F16
        Assert.InRange(2 * clip.Parameters, 1, mostBytes);
    }

    [Fact]
    public void A_model_that_is_not_there_is_said_so()
    {
        var error = Assert.Throws<KedgeException>(() => ClipModel.Load("no-such-model"));
        Assert.Contains("no-such-model", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Pixels_that_make_no_whole_patches_are_refused()
    {
        using var clip = ClipModel.Load(Small);
        using var pixels = zeros(1, 3, 32, 40);
        var error = Assert.Throws<KedgeException>(() => clip.EncodeImage(pixels));
        Assert.Equal("Encoding images with openai.fp16.safetensors found pixels [1, 3, 32, 40], expected [B, 3, height, width] " +
            "of whole patches: give images whose sides are multiples of 16.", error.Message);
    }
}
