namespace Kedge.Checkpoints;

/// <summary>The family of tensor names and settings of a checkpoint.</summary>
internal enum CheckpointLayout
{
    /// <summary>The names of the released CLIP, and no settings.</summary>
    OpenAI,

    /// <summary>
    /// open_clip's: OpenAI's names, the text tower's optionally under <c>text.</c>, with or without an
    /// <c>open_clip_config.json</c>.
    /// </summary>
    OpenClip,

    /// <summary>transformers' <c>CLIPModel</c>, with its <c>config.json</c>.</summary>
    HuggingFace,
}

/// <summary>The file format of a checkpoint.</summary>
internal enum CheckpointFormat
{
    /// <summary>One safetensors file.</summary>
    Safetensors,

    /// <summary>A state dict or training checkpoint by <c>torch.save</c>.</summary>
    TorchZip,

    /// <summary>A TorchScript archive, as OpenAI published CLIP.</summary>
    TorchScript,

    /// <summary>Several files with an index.</summary>
    Sharded,
}
