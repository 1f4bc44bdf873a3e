using Kedge.Clip;
using Kedge.Clip.Towers;
using static TorchSharp.torch;

namespace Kedge.Training.Objectives;

/// <summary>
/// The initial weights of a training run: random ones of an architecture, or those of a trained CLIP.
/// </summary>
internal sealed class TrainingStart
{
    private readonly string? _model;

    private TrainingStart(string? model, ClipConfiguration architecture, string fingerprint) =>
        (_model, Architecture, Fingerprint) = (model, architecture, fingerprint);

    /// <summary>One sentence of what is assumed of the model to start from; null where nothing is.</summary>
    public string? Assumed { get; private init; }

    public ClipConfiguration Architecture { get; }

    /// <summary>SHA-256 of the weights; empty where they are random.</summary>
    public string Fingerprint { get; }

    public static TrainingStart FromScratch(ClipConfiguration architecture) => new(model: null, architecture, fingerprint: "");

    /// <exception cref="KedgeException">There is no such model, or it is no CLIP.</exception>
    public static TrainingStart From(string model)
    {
        using var checkpoint = EmbeddedModels.OpenAny(model);
        var architecture = ClipArchitecture.Of(checkpoint);
        var settings = checkpoint.Settings with { PreprocessingSource = "the training" };
        return new(model, architecture, checkpoint.Fingerprint)
        {
            Assumed = ModelSetting.Assumed(ModelSetting.Of(settings, default, architecture, new()), $"the model '{model}'"),
        };
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
