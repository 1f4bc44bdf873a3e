using Kedge.Checkpoints;
using Kedge.Clip.Towers;
using Kedge.Imaging;

namespace Kedge.Clip;

/// <summary>A setting of a model that changes its features, and where it comes from.</summary>
/// <param name="Name">What it is.</param>
/// <param name="Value">What it was taken to be.</param>
/// <param name="Source">Where it stands; null where it is assumed.</param>
internal sealed record ModelSetting(string Name, string Value, string? Source)
{
    private const string User = "the command line", Weights = "the weights";

    /// <summary>All settings of a model.</summary>
    /// <param name="settings">What stood beside its weights.</param>
    /// <param name="stated">What its user says.</param>
    /// <param name="configuration">The architecture that both made.</param>
    /// <param name="preprocessing">The preprocessing.</param>
    public static IReadOnlyList<ModelSetting> Of(
        CheckpointSettings settings, StatedArchitecture stated, ClipConfiguration configuration, Preprocessing preprocessing)
    {
        var (text, images) = (configuration.Text.Transformer, settings.PreprocessingSource);
        var imageHeads = ImageHeads(configuration.Vision);
        return
        [
            new("activation", text.Activation.ToString(), stated.Activation is null ? settings.ArchitectureSource : User),
            .. imageHeads is null ? (ModelSetting[])[] : [new("image heads", $"{imageHeads}", From(stated.Heads.Vision))],
            new("text heads", $"{text.Heads}", From(stated.Heads.Text)),
            new("mean", Show(preprocessing.Mean), images),
            new("std", Show(preprocessing.Std), images),
            new("interpolation", preprocessing.Kernel.ToString(), images),
            new("resize and crop", $"{preprocessing.Resolution}", Weights),
            new("context length", $"{configuration.Text.ContextLength}", Weights),
        ];

        string? From(int? heads) => heads is null ? settings.ArchitectureSource : User;
    }

    /// <summary>One sentence of what is assumed; null where nothing is.</summary>
    /// <param name="settings">All settings of a model.</param>
    /// <param name="model">Its name.</param>
    public static string? Assumed(IReadOnlyList<ModelSetting> settings, string model)
    {
        var assumed = settings.Where(setting => setting.Source is null).ToList();
        return assumed.Count == 0 ? null
            : $"nothing states the {string.Join(", ", assumed.Select(Show))} of {model}, " +
                "so that they are assumed as in OpenAI's models: put its configuration beside the weights" +
                (assumed.Exists(IsArchitecture) ? ", or state --activation and --heads." : ".");
    }

    /// <summary>Attention heads of an image tower; null where it has none.</summary>
    public static int? ImageHeads(VisionConfiguration vision) => vision switch
    {
        VisionTransformerConfiguration vit => vit.Transformer.Heads,
        ResNetConfiguration net => net.Heads,
        _ => null,
    };

    private static bool IsArchitecture(ModelSetting setting) => setting.Name is "activation" or "image heads" or "text heads";

    private static string Show(ModelSetting setting) =>
        IsArchitecture(setting) ? $"{setting.Name} ({setting.Value})" : setting.Name;

    private static string Show(PerChannel colour) => $"{colour.Red} {colour.Green} {colour.Blue}";
}
