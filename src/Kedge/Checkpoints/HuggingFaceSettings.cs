namespace Kedge.Checkpoints;

/// <summary>
/// Reads <c>config.json</c> of a Hugging Face folder. Fields that are absent have the defaults of transformers'
/// <c>CLIPConfig</c>, which omits default values when it saves. Settings that would change the result and are not
/// implemented are refused.
/// </summary>
internal static class HuggingFaceSettings
{
    private const string FileName = "config.json";
    private const double LayerNormEpsilon = 1e-5;

    /// <summary>The value in older configurations that means "the highest id".</summary>
    private const int OldEotTokenId = 2;

    public static CheckpointSettings Read(string folder, string weights)
    {
        using var config = SettingsFile.OpenIfThere(Path.Combine(folder, FileName)) ?? throw new KedgeException(
            $"'{weights}' has Hugging Face's names, so its heads and activation stand in a 'config.json', " +
                "which is not beside it; put it there.");
        var (preprocessing, source) = HuggingFacePreprocessing.Read(folder);
        if (config.Text("model_type") is { } type and not "clip")
            throw config.Unsupported("model_type", type, "clip");
        var (vision, text) = (Tower(config, "vision_config"), Tower(config, "text_config"));
        if (vision.Activation != text.Activation)
            throw config.Unsupported("vision_config.hidden_act", vision.Activation, $"{text.Activation} as in text_config");
        var declared = new DeclaredArchitecture
        {
            VisionHeads = vision.Heads ?? 12,
            TextHeads = text.Heads ?? 8,
            Activation = vision.Activation,
            EotTokenId = Field(config, "text_config", "eos_token_id", config.Integer) is { } id and not OldEotTokenId ? id : null,
            ImageSize = Field(config, "vision_config", "image_size", config.Integer) ?? 224,
            Preprocessing = preprocessing,
        };
        return new(declared, FileName, source)
        {
            Sizes =
            [
                new(config.Path, "projection_dim", ModelSize.FeatureWidth, config.Integer("projection_dim") ?? 512),
                Size("vision_config", "hidden_size", ModelSize.VisionWidth, 768),
                Size("vision_config", "num_hidden_layers", ModelSize.VisionLayers, 12),
                Size("vision_config", "patch_size", ModelSize.PatchSize, 32),
                Size("vision_config", "image_size", ModelSize.Resolution, 224),
                Size("text_config", "hidden_size", ModelSize.TextWidth, 512),
                Size("text_config", "num_hidden_layers", ModelSize.TextLayers, 12),
                Size("text_config", "max_position_embeddings", ModelSize.ContextLength, 77),
            ],
        };

        StatedSize Size(string tower, string field, ModelSize size, int otherwise) =>
            new(config.Path, $"{tower}.{field}", size, Field(config, tower, field, config.Integer) ?? otherwise);
    }

    private static (int? Heads, Activation Activation) Tower(SettingsFile config, string tower)
    {
        if (Field(config, tower, "layer_norm_eps", config.Number) is { } epsilon && Math.Abs(epsilon / LayerNormEpsilon - 1) > 1e-6)
            throw config.Unsupported($"{tower}.layer_norm_eps", epsilon, "0.00001");
        var activation = Field(config, tower, "hidden_act", config.Text);
        return (Field(config, tower, "num_attention_heads", config.Integer), activation switch
        {
            "quick_gelu" or null => Activation.QuickGelu,
            "gelu" => Activation.Gelu,
            _ => throw config.Unsupported($"{tower}.hidden_act", activation, "quick_gelu or gelu"),
        });
    }

    /// <summary>A tower's field; the older <c>…_config_dict</c> overrides, as in transformers.</summary>
    private static T? Field<T>(SettingsFile config, string tower, string field, Func<string, T?> read) =>
        read($"{tower}_dict.{field}") is { } value ? value : read($"{tower}.{field}");
}
