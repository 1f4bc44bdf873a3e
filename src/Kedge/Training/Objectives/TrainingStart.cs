using Kedge.Checkpoints;
using Kedge.Clip;
using Kedge.Clip.Towers;
using Kedge.Imaging;
using static TorchSharp.torch;

namespace Kedge.Training.Objectives;

/// <summary>
/// The initial weights of a training run: random ones of an architecture, or those of a trained CLIP.
/// </summary>
internal sealed class TrainingStart
{
    private readonly string? _model;

    private TrainingStart(string? model, ClipConfiguration architecture, Preprocessing preprocessing, string fingerprint) =>
        (_model, Architecture, Preprocessing, Fingerprint) = (model, architecture, preprocessing, fingerprint);

    /// <summary>One sentence of what is assumed of the model to start from; null where nothing is.</summary>
    public string? Assumed { get; private init; }

    public ClipConfiguration Architecture { get; }

    /// <summary>How files become pixels, in training as afterwards.</summary>
    public Preprocessing Preprocessing { get; }

    /// <summary>SHA-256 of the weights; empty where they are random.</summary>
    public string Fingerprint { get; }

    public static TrainingStart FromScratch(ClipConfiguration architecture) =>
        new(model: null, architecture, ClipArchitecture.UsualPreprocessing(architecture.Vision), fingerprint: "");

    /// <exception cref="KedgeException">There is no such model, or it is no CLIP.</exception>
    public static TrainingStart From(string model)
    {
        using var checkpoint = EmbeddedModels.OpenAny(model);
        var architecture = ClipArchitecture.Of(checkpoint);
        var preprocessing = ClipArchitecture.PreprocessingOf(checkpoint, architecture);
        var settings = ModelSetting.Of(checkpoint.Settings, default, architecture, preprocessing);
        return new(model, architecture, preprocessing, checkpoint.Fingerprint)
        {
            Assumed = ModelSetting.Assumed(settings, $"the model '{model}'"),
        };
    }

    /// <summary>What the trained weights state of themselves in their metadata.</summary>
    public Dictionary<string, string> Metadata()
    {
        var (vision, text) = (Architecture.Vision, Architecture.Text);
        return RecordedSettings.Write(new DeclaredArchitecture
        {
            VisionHeads = ModelSetting.ImageHeads(vision),
            TextHeads = text.Transformer.Heads,
            Activation = text.Transformer.Activation,
            Preprocessing = new() { Mean = Preprocessing.Mean, Std = Preprocessing.Std, Kernel = Preprocessing.Kernel },
        }, vision.Resolution, text.ContextLength);
    }

    /// <summary>A network in which every weight requires gradients; owned by the caller.</summary>
    public ClipNetwork Build(int seed, Device device)
    {
        if (_model is null)
            return ClipInitialisation.Build(Architecture, seed, device);
        using var checkpoint = EmbeddedModels.OpenAny(_model);
        return CheckpointWeights.Load(checkpoint, Architecture, device, trainable: true);
    }
}
