using Kedge.Clip;
using Kedge.Fuzzing.Corpora;
using Kedge.Training.Objectives;

namespace Kedge.Fuzzing.Targets;

/// <summary>CLIP's checkpoints, with the settings beside them; the architectures and targets of pretraining.</summary>
internal static class ModelTargets
{
    public static IReadOnlyList<FuzzTarget> All { get; } =
    [
        new("clip", Format.Safetensors, () => SmallClips.OpenAI, LoadBeside("model.safetensors")) { Prepare = WriteTokenizer, Share = 3 },
        new("hugging-face-weights", Format.Safetensors, () => [SmallClips.HuggingFace], LoadBeside("model.safetensors"))
         { Prepare = WriteHuggingFace, Share = 2 },
        new("config-json", Format.Json, () => [SmallClips.Config], LoadBeside("config.json")) { Prepare = WriteHuggingFace, Share = 5 },
        new("preprocessor-config", Format.Json, () => [SmallClips.PreprocessorConfig], LoadBeside("preprocessor_config.json"))
         { Prepare = WriteHuggingFace, Share = 5 },
        new("processor-config", Format.Json, () => [SmallClips.ProcessorConfig], LoadBeside("processor_config.json"))
         { Prepare = WriteHuggingFace, Share = 5 },
        new("open-clip-config", Format.Json, () => [SmallClips.OpenClipConfig], LoadBeside("open_clip_config.json"))
         { Prepare = WriteOpenClip, Share = 5 },
        new("shard-index", Format.Json, () => [SmallClips.ShardIndex], LoadBeside("model.safetensors.index.json"))
         { Prepare = WriteShards, Share = 5 },
        new("architecture", Format.Json, () => SmallClips.Architectures, input => ArchitectureFile.Read(input.Write("x.arch.json"))),
        new("teacher-texts", Format.Safetensors, () => SmallClips.TeacherTexts,
            input => TeacherTextFeatures.Read(input.Write("x.safetensors"))),
        new("image-moment", Format.Safetensors, () => SmallClips.ImageMoments, input => ImageMoment.Read(input.Write("x.safetensors")))
         { Share = 5 },
    ];

    private static Action<FuzzInput> LoadBeside(string file) => input =>
    {
        input.Write(file);
        ClipModel.Load(input.Folder).Dispose();
    };

    private static void WriteTokenizer(FuzzInput input) => input.Write("tokenizer.json", Vocabulary.TokenizerJson);

    private static void WriteHuggingFace(FuzzInput input)
    {
        WriteTokenizer(input);
        input.Write("model.safetensors", SmallClips.HuggingFace);
        input.Write("config.json", SmallClips.Config);
    }

    private static void WriteOpenClip(FuzzInput input)
    {
        WriteTokenizer(input);
        input.Write("open_clip_model.safetensors", SmallClips.OpenAI[0]);
    }

    private static void WriteShards(FuzzInput input)
    {
        WriteTokenizer(input);
        input.Write("a.safetensors", SmallClips.OpenAI[0]);
    }
}
