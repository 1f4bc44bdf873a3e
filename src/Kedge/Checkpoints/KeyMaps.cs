namespace Kedge.Checkpoints;

/// <summary>The key maps of all known layouts, as data: each rule maps a checkpoint's name to OpenAI's.</summary>
internal static class KeyMaps
{
    private static readonly KeyRule[] NoWeights =
    [
        new("input_resolution", "", KeyChange.Drop),
        new("context_length", "", KeyChange.Drop),
        new("vocab_size", "", KeyChange.Drop),
        new("attn_mask", "", KeyChange.Drop),
        new("{**module}.attn_mask", "", KeyChange.Drop),
        new("{**module}.num_batches_tracked", "", KeyChange.Drop),
        new("{**module}.position_ids", "", KeyChange.Drop),
    ];

    /// <summary>All maps; the first whose anchor is found applies, so that more specific ones come first.</summary>
    public static IReadOnlyList<KeyMap> All { get; } =
    [
        new(CheckpointLayout.HuggingFace, "text_model.embeddings.token_embedding.weight",
        [
            .. NoWeights,
            new("text_model.embeddings.token_embedding.weight", "token_embedding.weight"),
            new("text_model.embeddings.position_embedding.weight", "positional_embedding"),
            .. HuggingFaceBlocks("text_model", "transformer"),
            new("text_model.final_layer_norm.{p}", "ln_final.{p}"),
            new("text_projection.weight", "text_projection", KeyChange.Transpose),
            new("vision_model.embeddings.class_embedding", "visual.class_embedding"),
            new("vision_model.embeddings.patch_embedding.weight", "visual.conv1.weight"),
            new("vision_model.embeddings.position_embedding.weight", "visual.positional_embedding"),
            new("vision_model.pre_layrnorm.{p}", "visual.ln_pre.{p}"), // transformers' spelling
            .. HuggingFaceBlocks("vision_model", "visual.transformer"),
            new("vision_model.post_layernorm.{p}", "visual.ln_post.{p}"),
            new("visual_projection.weight", "visual.proj", KeyChange.Transpose),
        ]),
        new(CheckpointLayout.OpenClip, "text.token_embedding.weight", [.. NoWeights, new("text.{**rest}", "{rest}")]),
        new(CheckpointLayout.OpenAI, "token_embedding.weight", NoWeights),
    ];

    private static KeyRule[] HuggingFaceBlocks(string tower, string transformer)
    {
        var (from, to) = ($"{tower}.encoder.layers.{{n}}", $"{transformer}.resblocks.{{n}}");
        return
        [
            new($"{from}.layer_norm1.{{p}}", $"{to}.ln_1.{{p}}"),
            new($"{from}.self_attn.q_proj.{{p}}", $"{to}.attn.in_proj_{{p}}", KeyChange.Query),
            new($"{from}.self_attn.k_proj.{{p}}", $"{to}.attn.in_proj_{{p}}", KeyChange.Key),
            new($"{from}.self_attn.v_proj.{{p}}", $"{to}.attn.in_proj_{{p}}", KeyChange.Value),
            new($"{from}.self_attn.out_proj.{{p}}", $"{to}.attn.out_proj.{{p}}"),
            new($"{from}.layer_norm2.{{p}}", $"{to}.ln_2.{{p}}"),
            new($"{from}.mlp.fc1.{{p}}", $"{to}.mlp.c_fc.{{p}}"),
            new($"{from}.mlp.fc2.{{p}}", $"{to}.mlp.c_proj.{{p}}"),
        ];
    }
}
