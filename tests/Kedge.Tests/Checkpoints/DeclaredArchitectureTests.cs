using Kedge.Checkpoints;
using Kedge.Imaging;
using Kedge.Tests.Support;
using TorchSharp;
using static TorchSharp.torch;

namespace Kedge.Tests.Checkpoints;

public sealed class DeclaredArchitectureTests : IDisposable
{
    private readonly TemporaryFolder _scratch = new();
    private readonly DisposeScope _scope = NewDisposeScope();

    public void Dispose()
    {
        _scope.Dispose();
        _scratch.Dispose();
    }

    [Fact]
    public void An_empty_hugging_face_configuration_has_the_defaults_of_transformers() =>
        Assert.Equal(
            new DeclaredArchitecture { VisionHeads = 12, TextHeads = 8, Activation = Activation.QuickGelu, ImageSize = 224 },
            HuggingFace("{}"));

    [Fact]
    public void Older_hugging_face_files_are_understood()
    {
        var declared = HuggingFace(
            """
            {"vision_config":{"num_attention_heads":12,"hidden_act":"gelu"},"vision_config_dict":{"num_attention_heads":16},
            "text_config":{"hidden_act":"gelu","eos_token_id":2},"text_config_dict":null}
            """,
            """{"size":224,"crop_size":224,"resample":2,"image_mean":[0,0,0],"image_std":[1,1,1]}""");
        Assert.Equal(new DeclaredArchitecture
        {
            VisionHeads = 16,
            TextHeads = 8,
            Activation = Activation.Gelu,
            ImageSize = 224,
            Preprocessing = new()
            {
                Mean = new(0, 0, 0),
                Std = new(1, 1, 1),
                ResizeSize = 224,
                CropSize = 224,
                Kernel = ResampleKernel.Bilinear,
            },
        }, declared);
    }

    [Theory]
    [InlineData("""{"model_type":"siglip"}""", "{}", "states model_type = siglip")]
    [InlineData("""{"text_config":{"hidden_act":"gelu"}}""", "{}", "states vision_config.hidden_act = QuickGelu")]
    [InlineData("""{"vision_config":{"hidden_act":"gelu_new"}}""", "{}", "states vision_config.hidden_act = gelu_new")]
    [InlineData("""{"vision_config":{"layer_norm_eps":1e-6}}""", "{}", "states vision_config.layer_norm_eps = 1E-06")]
    [InlineData("""{"vision_config":{"num_attention_heads":"many"}}""", "{}",
        "states vision_config.num_attention_heads = \"many\" where a whole number is expected")]
    [InlineData("""{"vision_config":{"image_size":99999999999}}""",
        "{}", "states vision_config.image_size = 99999999999 where a whole number is expected")]
    [InlineData("[]", "{}", "is a JSON Array where an object is expected")]
    [InlineData("{}", """{"do_center_crop":false}""", "states do_center_crop = false")]
    [InlineData("{}", """{"rescale_factor":1}""", "states rescale_factor = 1")]
    [InlineData("{}", """{"size":{"height":224,"width":224}}""", "do not keep an image's proportions")]
    [InlineData("{}", """{"crop_size":{"height":224,"width":336}}""", "states crop_size = 224 × 336")]
    [InlineData("{}", """{"resample":0}""", "states resample = 0")]
    [InlineData("{}", """{"image_mean":[0.5]}""", "states image_mean = 1 numbers")]
    public void What_would_change_the_result_and_is_not_computed_is_refused(string config, string preprocessor, string expected) =>
        Assert.Contains(expected, Assert.Throws<KedgeException>(() => HuggingFace(config, preprocessor)).Message, StringComparison.Ordinal);

    [Fact]
    public void Hugging_face_names_without_their_configuration_are_refused()
    {
        var error = Assert.Throws<KedgeException>(() => Checkpoint.Open(SmallClip.HuggingFace().Save(_scratch, "model.safetensors")));
        Assert.Contains("stand in a 'config.json', which is not beside it; put it there", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void An_open_clip_configuration_is_understood() =>
        Assert.Equal(
            new DeclaredArchitecture
            {
                VisionHeads = 16,
                TextHeads = 12,
                Activation = Activation.Gelu,
                ImageSize = 336,
                Preprocessing = new()
                {
                    Mean = new(0, 0.5f, 1),
                    Std = new(1, 1, 1),
                    ResizeSize = 336,
                    CropSize = 336,
                    Kernel = ResampleKernel.Bicubic,
                },
            },
            OpenClip("""
            {"model_cfg":{"embed_dim":768,"vision_cfg":{"image_size":[336,336],"layers":24,"width":1280,"head_width":80,"patch_size":14},
            "text_cfg":{"context_length":77,"vocab_size":49408,"width":768,"heads":12,"layers":12}},
            "preprocess_cfg":{"size":336,"mean":[0,0.5,1],"std":[1,1,1],"interpolation":"bicubic","resize_mode":"shortest"}}
            """));

    [Fact]
    public void An_open_clip_resnet_has_a_pooling_head_for_64_features_of_its_last_stage()
    {
        var declared = OpenClip("""{"model_cfg":{"quick_gelu":true,"vision_cfg":{"layers":[4,6,10,6],"width":80},"text_cfg":{}}}""");
        Assert.Equal((40, Activation.QuickGelu), (declared.VisionHeads, declared.Activation));
    }

    [Theory]
    [InlineData("""{"model_cfg":{"vision_cfg":{"timm_model_name":"convnext_base"}}}""", "states model_cfg.vision_cfg.timm_model_name = ")]
    [InlineData("""{"model_cfg":{"text_cfg":{"no_causal_mask":true}}}""", "states model_cfg.text_cfg.no_causal_mask = ")]
    [InlineData("""{"preprocess_cfg":{"resize_mode":"squash"}}""", "states preprocess_cfg.resize_mode = squash")]
    [InlineData("""{"preprocess_cfg":{"interpolation":"random"}}""", "states preprocess_cfg.interpolation = random")]
    [InlineData("""{"model_cfg":{"vision_cfg":{"image_size":[224,336]}}}""", "states model_cfg.vision_cfg.image_size = ")]
    public void An_open_clip_field_that_is_not_computed_is_refused(string config, string expected) =>
        Assert.Contains(expected, Assert.Throws<KedgeException>(() => OpenClip(config)).Message, StringComparison.Ordinal);

    private DeclaredArchitecture HuggingFace(string config, string? preprocessor = null)
    {
        _scratch.Write("config.json", config);
        if (preprocessor is not null)
            _scratch.Write("preprocessor_config.json", preprocessor);
        using var checkpoint = Checkpoint.Open(SmallClip.HuggingFace().Save(_scratch, "model.safetensors"));
        return checkpoint.Declared;
    }

    private DeclaredArchitecture OpenClip(string config)
    {
        _scratch.Write("open_clip_config.json", config);
        using var checkpoint = Checkpoint.Open(SmallClip.OpenAI().Save(_scratch, "open_clip_model.safetensors"));
        Assert.Equal(CheckpointLayout.OpenClip, checkpoint.Layout);
        return checkpoint.Declared;
    }
}
