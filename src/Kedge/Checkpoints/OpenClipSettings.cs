using Kedge.Imaging;

namespace Kedge.Checkpoints;

/// <summary>
/// Reads <c>open_clip_config.json</c>. Its fields change the computation without being visible in the tensors, so
/// that an unknown one that is neither null nor false is refused. Defaults are those of open_clip's
/// <c>CLIPVisionCfg</c> and <c>CLIPTextCfg</c>.
/// </summary>
internal static class OpenClipSettings
{
    /// <summary>Known fields: those read below, those inferred from the tensors, and those of training only.</summary>
    private static readonly Dictionary<string, string[]> Known = new()
    {
        ["model_cfg"] = ["embed_dim", "quick_gelu", "custom_text", "vision_cfg", "text_cfg", "init_logit_scale"],
        ["model_cfg.vision_cfg"] = ["image_size", "layers", "width", "head_width", "patch_size", "mlp_ratio", "patch_dropout"],
        ["model_cfg.text_cfg"] = ["context_length", "vocab_size", "width", "heads", "layers", "mlp_ratio"],
        ["preprocess_cfg"] = ["size", "mode", "mean", "std", "interpolation", "resize_mode", "fill_color"],
    };

    public static DeclaredArchitecture Read(SettingsFile config)
    {
        foreach (var (section, fields) in Known)
        {
            if (config.SetFields(section).Except(fields).FirstOrDefault() is { } unknown)
                throw config.Unsupported($"{section}.{unknown}", "…", $"nothing but {string.Join(", ", fields)}");
        }
        const string vision = "model_cfg.vision_cfg", text = "model_cfg.text_cfg";
        var isResNet = config.IsList($"{vision}.layers");
        var width = config.Integer($"{vision}.width") ?? (isResNet ? 64 : 768);
        return new DeclaredArchitecture
        {
            VisionHeads = (isResNet ? 32 * width : width) / Math.Max(1, config.Integer($"{vision}.head_width") ?? 64),
            TextHeads = config.Integer($"{text}.heads") ?? 8,
            Activation = config.Flag("model_cfg.quick_gelu") == true ? Activation.QuickGelu : Activation.Gelu,
            ImageSize = Side(config, $"{vision}.image_size") ?? 224,
            Preprocessing = ReadPreprocessing(config),
        };
    }

    private static DeclaredPreprocessing ReadPreprocessing(SettingsFile config)
    {
        if (config.Text("preprocess_cfg.resize_mode") is { } mode and not "shortest")
            throw config.Unsupported("preprocess_cfg.resize_mode", mode, "shortest");
        var side = Side(config, "preprocess_cfg.size");
        return new DeclaredPreprocessing
        {
            Mean = config.Channels("preprocess_cfg.mean"),
            Std = config.Channels("preprocess_cfg.std"),
            ResizeSize = side,
            CropSize = side,
            Kernel = config.Text("preprocess_cfg.interpolation") switch
            {
                null => null,
                "bicubic" => ResampleKernel.Bicubic,
                "bilinear" => ResampleKernel.Bilinear,
                var other => throw config.Unsupported("preprocess_cfg.interpolation", other, "bicubic or bilinear"),
            },
        };
    }

    /// <summary>The side of a square, given as one number or as two equal ones.</summary>
    private static int? Side(SettingsFile config, string key) => !config.IsList(key) ? config.Integer(key)
        : config.Numbers(key) is [var height, var width] && height == width ? (int)height
        : throw config.Unsupported(key, "a list", "one side, or two equal ones");
}
