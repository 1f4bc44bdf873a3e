namespace Kedge.Checkpoints;

/// <summary>
/// Reads <c>open_clip_config.json</c>, as open_clip publishes it beside weights (<c>model_cfg</c> and
/// <c>preprocess_cfg</c>), or in the form of its own <c>model_configs/*.json</c> (what is else in <c>model_cfg</c>).
/// Its fields change the computation without being visible in the tensors, so that an unknown one that is neither null
/// nor false is refused. Defaults are those of open_clip's <c>CLIPVisionCfg</c> and <c>CLIPTextCfg</c>.
/// </summary>
internal static class OpenClipSettings
{
    public const string FileName = "open_clip_config.json";

    private const string Model = "model_cfg.", Preprocessing = "preprocess_cfg";

    /// <summary>Known fields: those read below, those inferred from the tensors, and those of training only.</summary>
    private static readonly string[] ModelFields =
        ["embed_dim", "quick_gelu", "custom_text", "vision_cfg", "text_cfg", "init_logit_scale"];

    private static readonly Dictionary<string, string[]> TowerFields = new()
    {
        ["vision_cfg"] = ["image_size", "layers", "width", "head_width", "patch_size", "mlp_ratio", "patch_dropout"],
        ["text_cfg"] = ["context_length", "vocab_size", "width", "heads", "layers", "mlp_ratio"],
    };

    private static readonly string[] PreprocessingFields = ["size", "mode", "mean", "std", "interpolation", "resize_mode", "fill_color"];

    public static CheckpointSettings Read(SettingsFile config)
    {
        var scope = config.IsObject("vision_cfg") ? "" : Model; // open_clip's own form has no model_cfg around it
        RequireKnown(config, scope.TrimEnd('.'), scope.Length == 0 ? [.. ModelFields, Preprocessing] : ModelFields);
        foreach (var (section, fields) in TowerFields)
            RequireKnown(config, scope + section, fields);
        RequireKnown(config, Preprocessing, PreprocessingFields);
        var (vision, text) = ($"{scope}vision_cfg", $"{scope}text_cfg");
        var isResNet = config.IsList($"{vision}.layers");
        var width = config.Integer($"{vision}.width") ?? (isResNet ? 64 : 768);
        var resolution = Side(config, $"{vision}.image_size") ?? 224;
        var declared = new DeclaredArchitecture
        {
            VisionHeads = (isResNet ? 32 * width : width) / Math.Max(1, config.Integer($"{vision}.head_width") ?? 64),
            TextHeads = config.Integer($"{text}.heads") ?? 8,
            Activation = config.Flag($"{scope}quick_gelu") == true ? Activation.QuickGelu : Activation.Gelu,
            ImageSize = resolution,
            Preprocessing = ReadPreprocessing(config),
        };
        if (!config.IsObject(vision) || !config.IsObject(text))
            throw new KedgeException($"'{config.Path}' is no configuration of open_clip: it has no vision_cfg and text_cfg, " +
                "in a model_cfg or alone; get the file again, or remove it and state --activation and --heads.");
        return new(declared, FileName, config.IsObject(Preprocessing) ? FileName : null)
        {
            Sizes =
            [
                .. Size($"{scope}embed_dim", ModelSize.FeatureWidth, null),
                .. Size($"{vision}.width", ModelSize.VisionWidth, width),
                .. isResNet ? [] : Size($"{vision}.layers", ModelSize.VisionLayers, 12),
                .. isResNet ? [] : Size($"{vision}.patch_size", ModelSize.PatchSize, 16),
                new(config.Path, $"{vision}.image_size", ModelSize.Resolution, resolution),
                .. Size($"{text}.width", ModelSize.TextWidth, 512),
                .. Size($"{text}.layers", ModelSize.TextLayers, 12),
                .. Size($"{text}.context_length", ModelSize.ContextLength, 77),
            ],
        };

        StatedSize[] Size(string key, ModelSize size, int? otherwise) =>
            (config.Integer(key) ?? otherwise) is { } value ? [new(config.Path, key, size, value)] : [];
    }

    private static void RequireKnown(SettingsFile config, string section, string[] fields)
    {
        if (config.SetFields(section).Except(fields).FirstOrDefault() is { } unknown)
            throw config.Unsupported($"{section}.{unknown}".TrimStart('.'), "…", $"nothing but {string.Join(", ", fields)}");
    }

    private static DeclaredPreprocessing ReadPreprocessing(SettingsFile config)
    {
        if (config.Text("preprocess_cfg.resize_mode") is { } mode and not "shortest")
            throw config.Unsupported("preprocess_cfg.resize_mode", mode, "shortest");
        var side = Side(config, "preprocess_cfg.size");
        return new DeclaredPreprocessing
        {
            Mean = config.Channels("preprocess_cfg.mean"),
            Std = config.Deviations("preprocess_cfg.std"),
            ResizeSize = side,
            CropSize = side,
            Kernel = config.Interpolation("preprocess_cfg.interpolation"),
        };
    }

    /// <summary>The side of a square, given as one number or as two equal ones.</summary>
    private static int? Side(SettingsFile config, string key) => !config.IsList(key) ? config.Integer(key)
        : config.Numbers(key) is [var height, var width] && height == width ? (int)height
        : throw config.Unsupported(key, "a list", "one side, or two equal ones");
}
