using System.Text;
using System.Text.Json;
using Kedge.Clip;
using Kedge.Clip.Towers;
using static TorchSharp.torch;

namespace Kedge.Fuzzing.Corpora;

/// <summary>CLIPs of one layer and four features, and the files beside them.</summary>
internal static class SmallClips
{
    private static readonly TransformerConfiguration Blocks = new(Width: 8, Layers: 1, Heads: 2, MlpWidth: 8);
    private static readonly TextConfiguration Text = new(ContextLength: 8, Vocabulary.Size, Blocks);

    private static readonly ClipConfiguration[] Configurations =
    [
        new(4, new VisionTransformerConfiguration(16, 8, Blocks), Text),
        new(4, new ResNetConfiguration(32, 2, [1, 1, 1, 1], 2), Text),
        new(4, new BasicResNetConfiguration(32, 2, [1, 1, 1, 1], 4), Text),
    ];

    /// <summary>A ViT and two ResNets under OpenAI's names.</summary>
    public static IReadOnlyList<byte[]> OpenAI { get; } = [.. Configurations.Select(configuration => Weights.Save(Tensors(configuration)))];

    /// <summary>The ViT under the names of transformers.</summary>
    public static byte[] HuggingFace { get; } = Weights.Save(Renamed(Tensors(Configurations[0])));

    public static byte[] Config { get; } = Encoding.UTF8.GetBytes("""
        {"model_type":"clip","projection_dim":4,"logit_scale_init_value":2.6592,
        "text_config":{"hidden_size":8,"num_attention_heads":2,"num_hidden_layers":1,
        "hidden_act":"quick_gelu","intermediate_size":8,"max_position_embeddings":8,"vocab_size":518,"eos_token_id":517,"layer_norm_eps":1e-05},
        "vision_config":{"hidden_size":8,"intermediate_size":8,"num_attention_heads":2,"num_hidden_layers":1,
        "hidden_act":"quick_gelu","image_size":16,"patch_size":8,"layer_norm_eps":1e-05}}
        """);

    public static byte[] PreprocessorConfig { get; } = Encoding.UTF8.GetBytes("""
        {"do_resize":true,"size":{"shortest_edge":16},"resample":3,"do_center_crop":true,"crop_size":{"height":16,"width":16},"do_rescale":true,
        "rescale_factor":0.00392156862745098,"do_normalize":true,"image_mean":[0.48,0.45,0.4],"image_std":[0.26,0.26,0.27],"do_convert_rgb":true}
        """);

    public static byte[] ProcessorConfig { get; } =
        Encoding.UTF8.GetBytes($$"""{"image_processor":{{Encoding.UTF8.GetString(PreprocessorConfig)}},"processor_class":"CLIPProcessor"}""");

    public static byte[] OpenClipConfig { get; } = Encoding.UTF8.GetBytes("""
        {"model_cfg":{"embed_dim":4,"quick_gelu":true,"vision_cfg":{"image_size":16,"layers":1,"width":8,"patch_size":8,"head_width":4},
        "text_cfg":{"context_length":8,"vocab_size":518,"width":8,"heads":2,"layers":1}},
        "preprocess_cfg":{"mean":[0.48,0.45,0.4],"std":[0.26,0.26,0.27],"interpolation":"bicubic","resize_mode":"shortest"}}
        """);

    public static byte[] ShardIndex { get; } = JsonSerializer.SerializeToUtf8Bytes(
        new
        {
            metadata = new { total_size = 9 },
            weight_map = Tensors(Configurations[0]).Keys.ToDictionary(name => name, _ => "a.safetensors")
        });

    public static IReadOnlyList<byte[]> Architectures { get; } =
        [.. Configurations.Select(configuration => Encoding.UTF8.GetBytes(ArchitectureFile.Write(configuration)))];

    public static IReadOnlyList<byte[]> TeacherTexts =>
    [
        Weights.Save(new() { ["features"] = arange(12f).reshape(3, 4) },
            new() { ["names"] = """["cat","dog","cat"]""", ["sources"] = """["a","a","b"]""" }),
        Weights.Save(new() { ["features"] = arange(8f).reshape(2, 4) + 1 }, new() { ["names"] = """["cat","dog"]""", ["space"] = "joint" }),
    ];

    public static IReadOnlyList<byte[]> ImageMoments => [Weights.Save(new() { ["image_moment"] = eye(4) })];

    private static Dictionary<string, Tensor> Tensors(ClipConfiguration configuration)
    {
        using var network = ClipInitialisation.Build(configuration, seed: 1);
        return network.state_dict().ToDictionary(pair => pair.Key, pair => pair.Value.detach().clone());
    }

    private static Dictionary<string, Tensor> Renamed(Dictionary<string, Tensor> tensors)
    {
        var renamed = new Dictionary<string, Tensor>();
        foreach (var (name, value) in tensors)
        {
            var own = name.StartsWith("visual.", StringComparison.Ordinal) ? name["visual.".Length..] : name;
            var tower = own == name ? "text_model" : "vision_model";
            if (own.Contains("in_proj_", StringComparison.Ordinal))
            {
                foreach (var (letter, part) in "qkv".Zip(value.chunk(3)))
                    renamed[$"{tower}.encoder.layers.0.self_attn.{letter}_proj.{own[(own.LastIndexOf('_') + 1)..]}"] = part.contiguous();
                continue;
            }
            renamed[Name(tower, own)] = own is "proj" or "text_projection" ? value.t().contiguous() : value;
        }
        return renamed;
    }

    private static string Name(string tower, string own) => own switch
    {
        "logit_scale" => own,
        "text_projection" => "text_projection.weight",
        "proj" => "visual_projection.weight",
        "class_embedding" => "vision_model.embeddings.class_embedding",
        "conv1.weight" => "vision_model.embeddings.patch_embedding.weight",
        "positional_embedding" => $"{tower}.embeddings.position_embedding.weight",
        "token_embedding.weight" => "text_model.embeddings.token_embedding.weight",
        _ => $"{tower}." + own.Replace("transformer.resblocks", "encoder.layers", StringComparison.Ordinal)
            .Replace("ln_final", "final_layer_norm", StringComparison.Ordinal).Replace("ln_pre", "pre_layrnorm", StringComparison.Ordinal)
            .Replace("ln_post", "post_layernorm", StringComparison.Ordinal).Replace("ln_", "layer_norm", StringComparison.Ordinal)
            .Replace("attn.", "self_attn.", StringComparison.Ordinal).Replace("c_fc", "fc1", StringComparison.Ordinal)
            .Replace("c_proj", "fc2", StringComparison.Ordinal),
    };
}
