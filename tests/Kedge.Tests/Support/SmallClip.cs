using Kedge.Tensors;
using static TorchSharp.torch;

namespace Kedge.Tests.Support;

/// <summary>A few tensors with CLIP's names, enough for layouts to be told apart.</summary>
internal static class SmallClip
{
    public static Dictionary<string, Tensor> OpenAI() => new()
    {
        ["token_embedding.weight"] = arange(8f).reshape(4, 2),
        ["text_projection"] = arange(6f).reshape(2, 3),
        ["logit_scale"] = tensor(4.6f),
        ["visual.proj"] = arange(6f).reshape(2, 3) + 1,
        ["transformer.resblocks.0.attn.in_proj_weight"] = arange(12f).reshape(6, 2),
    };

    public static Dictionary<string, Tensor> HuggingFace() => new()
    {
        ["text_model.embeddings.token_embedding.weight"] = arange(8f).reshape(4, 2),
        ["text_model.embeddings.position_ids"] = arange(4).reshape(1, 4),
        ["text_projection.weight"] = arange(6f).reshape(2, 3).t(),
        ["logit_scale"] = tensor(4.6f),
        ["visual_projection.weight"] = (arange(6f).reshape(2, 3) + 1).t(),
        ["text_model.encoder.layers.0.self_attn.q_proj.weight"] = arange(12f).reshape(6, 2)[..2],
        ["text_model.encoder.layers.0.self_attn.k_proj.weight"] = arange(12f).reshape(6, 2)[2..4],
        ["text_model.encoder.layers.0.self_attn.v_proj.weight"] = arange(12f).reshape(6, 2)[4..],
    };

    public static Dictionary<string, Tensor> Prefixed(this Dictionary<string, Tensor> tensors, Func<string, string> rename) =>
        tensors.ToDictionary(pair => rename(pair.Key), pair => pair.Value);

    public static string Save(this Dictionary<string, Tensor> tensors, TemporaryFolder folder, string name)
    {
        SafetensorsWriter.Write(folder[name], tensors);
        return folder[name];
    }
}
