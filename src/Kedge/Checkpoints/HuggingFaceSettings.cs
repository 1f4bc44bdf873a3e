using Kedge.Imaging;

namespace Kedge.Checkpoints;

/// <summary>
/// Reads <c>config.json</c> and <c>preprocessor_config.json</c> of a Hugging Face folder. Fields that are absent have
/// the defaults of transformers' <c>CLIPConfig</c>, which omits default values when it saves. Settings that would
/// change the result and are not implemented are refused.
/// </summary>
internal static class HuggingFaceSettings
{
    private const double RescaleFactor = 1 / 255.0;
    private const double LayerNormEpsilon = 1e-5;

    /// <summary>The value in older configurations that means "the highest id".</summary>
    private const int OldEotTokenId = 2;

    public static DeclaredArchitecture Read(string folder, string weights)
    {
        using var config = SettingsFile.OpenIfThere(Path.Combine(folder, "config.json")) ?? throw new KedgeException(
            $"'{weights}' has Hugging Face's names, so its heads and activation stand in a 'config.json', " +
                "which is not beside it; put it there.");
        using var preprocessor = SettingsFile.OpenIfThere(Path.Combine(folder, "preprocessor_config.json"));
        if (config.Text("model_type") is { } type and not "clip")
            throw config.Unsupported("model_type", type, "clip");
        var (vision, text) = (Tower(config, "vision_config"), Tower(config, "text_config"));
        if (vision.Activation != text.Activation)
            throw config.Unsupported("vision_config.hidden_act", vision.Activation, $"{text.Activation} as in text_config");
        return new DeclaredArchitecture
        {
            VisionHeads = vision.Heads ?? 12,
            TextHeads = text.Heads ?? 8,
            Activation = vision.Activation,
            EotTokenId = Field(config, "text_config", "eos_token_id", config.Integer) is { } id and not OldEotTokenId ? id : null,
            ImageSize = Field(config, "vision_config", "image_size", config.Integer) ?? 224,
            Preprocessing = preprocessor is null ? new() : ReadPreprocessing(preprocessor),
        };
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

    private static DeclaredPreprocessing ReadPreprocessing(SettingsFile file)
    {
        foreach (var step in (string[])["do_resize", "do_center_crop", "do_rescale", "do_normalize"])
        {
            if (file.Flag(step) == false)
                throw file.Unsupported(step, "false", "true");
        }
        if (file.Number("rescale_factor") is { } factor && Math.Abs(factor / RescaleFactor - 1) > 1e-6)
            throw file.Unsupported("rescale_factor", factor, "1/255");
        return new DeclaredPreprocessing
        {
            Mean = file.Channels("image_mean"),
            Std = file.Channels("image_std"),
            ResizeSize = file.IsObject("size")
                ? file.Integer("size.shortest_edge")
                    ?? throw file.Unsupported("size", "{…}", "shortest_edge: the others do not keep an image's proportions")
                : file.Integer("size"),
            CropSize = file.IsObject("crop_size")
                ? Square(file, file.Integer("crop_size.height"), file.Integer("crop_size.width"))
                : file.Integer("crop_size"),
            Kernel = file.Integer("resample") switch
            {
                null => null,
                3 => ResampleKernel.Bicubic,
                2 => ResampleKernel.Bilinear,
                var other => throw file.Unsupported("resample", other, "3 (bicubic) or 2 (bilinear)"),
            },
        };
    }

    private static int? Square(SettingsFile file, int? height, int? width) =>
        height == width ? height : throw file.Unsupported("crop_size", $"{height} × {width}", "a square");
}
