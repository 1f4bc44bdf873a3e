using Kedge.Clip.Towers;
using Kedge.Tensors;
using static TorchSharp.torch;

namespace Kedge.Tests.Support;

/// <summary>
/// The weights of a whole CLIP of one layer a tower: images of 16 pixels in patches of 8, widths 128 and 64, features
/// of 48, 9 positions, CLIP's tokens. In a scope of its caller.
/// </summary>
internal static class TinyClip
{
    public const int Tokens = 49_408;

    public const string HuggingFaceConfig = """
        {"model_type":"clip","projection_dim":48,
        "vision_config":{"hidden_size":128,"num_attention_heads":4,"num_hidden_layers":1,"image_size":16,"patch_size":8},
        "text_config":{"hidden_size":64,"num_attention_heads":2,"num_hidden_layers":1,"max_position_embeddings":9}}
        """;

    public static Dictionary<string, Tensor> OpenAI(int tokens = Tokens)
    {
        var text = new TextConfiguration(9, tokens, new(Width: 64, Layers: 1, Heads: 1, MlpWidth: 256));
        var vision = new VisionTransformerConfiguration(16, 8, new(Width: 128, Layers: 1, Heads: 2, MlpWidth: 512));
        using var network = ClipInitialisation.Build(new(48, vision, text), seed: 1);
        return network.state_dict().ToDictionary(pair => pair.Key, pair => pair.Value.detach().clone());
    }

    /// <summary>The same under transformers' names.</summary>
    public static Dictionary<string, Tensor> HuggingFace(int tokens = Tokens)
    {
        var renamed = new Dictionary<string, Tensor>();
        foreach (var (key, value) in OpenAI(tokens))
        {
            var (tower, rest) = key.StartsWith("visual.", StringComparison.Ordinal) ? ("vision_model", key[7..]) : ("text_model", key);
            rest = rest.Replace("transformer.resblocks", "encoder.layers").Replace("ln_1", "layer_norm1").Replace("ln_2", "layer_norm2")
                .Replace("mlp.c_fc", "mlp.fc1").Replace("mlp.c_proj", "mlp.fc2").Replace("attn.out_proj", "self_attn.out_proj");
            if (rest.Contains("attn.in_proj_"))
            {
                var parts = value.chunk(3);
                foreach (var (name, part) in "qkv".Zip(parts))
                    renamed[$"{tower}.{rest.Replace("attn.in_proj_", $"self_attn.{name}_proj.")}"] = part.contiguous();
                continue;
            }
            var (name2, tensor) = rest switch
            {
                "logit_scale" => (rest, value),
                "text_projection" => ("text_projection.weight", value.t().contiguous()),
                "proj" => ("visual_projection.weight", value.t().contiguous()),
                "class_embedding" => ($"{tower}.embeddings.class_embedding", value),
                "conv1.weight" => ($"{tower}.embeddings.patch_embedding.weight", value),
                "token_embedding.weight" => ($"{tower}.embeddings.token_embedding.weight", value),
                "positional_embedding" => ($"{tower}.embeddings.position_embedding.weight", value),
                _ => ($"{tower}.{rest.Replace("ln_pre", "pre_layrnorm").Replace("ln_post", "post_layernorm")
                    .Replace("ln_final", "final_layer_norm")}", value),
            };
            renamed[name2] = tensor;
        }
        return renamed;
    }

    /// <summary>
    /// Saves weights as <c>model.safetensors</c> in the folder <c>model</c>, whose path is the answer; frees them.
    /// </summary>
    public static string Save(Dictionary<string, Tensor> weights, TemporaryFolder folder)
    {
        Directory.CreateDirectory(folder["model"]);
        SafetensorsWriter.Write(folder["model/model.safetensors"], weights);
        foreach (var tensor in weights.Values)
            tensor.Dispose();
        return folder["model"];
    }
}
