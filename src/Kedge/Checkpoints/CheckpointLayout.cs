namespace Kedge.Checkpoints;

/// <summary>Whose names and settings a checkpoint has.</summary>
internal enum CheckpointLayout
{
    /// <summary>The names of the released CLIP, and no settings.</summary>
    OpenAI,

    /// <summary>open_clip's: OpenAI's names, the text tower's perhaps below <c>text.</c>, with or without an <c>open_clip_config.json</c>.</summary>
    OpenClip,

    /// <summary>transformers' <c>CLIPModel</c>, with its <c>config.json</c>.</summary>
    HuggingFace,
}

/// <summary>How a checkpoint's bytes are stored.</summary>
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
