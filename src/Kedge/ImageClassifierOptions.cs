using System.Text.Json;
using Kedge.Calibration;
using Kedge.Features;
using Kedge.FewShot;
using Kedge.Imaging;
using Kedge.Methods;
using Kedge.Tasks;

namespace Kedge;

/// <summary>What an <see cref="ImageClassifier"/> is learned with. All of it is kept with the classifier.</summary>
public sealed record ImageClassifierOptions : TaskOptions
{
    /// <summary>The method, one of <see cref="MethodCatalog.Names"/>; default "rtos+".</summary>
    public string Method { get; init; } = "rtos+";

    /// <summary>The method's options that differ from its defaults, such as <c>{"alpha":10}</c>; default none.</summary>
    public JsonElement? MethodOptions { get; init; }

    /// <summary>Whether probabilities are calibrated and photos rejected, at the cost of up to four more fits; default null, neither.</summary>
    public CalibrationOptions? Calibration { get; init; }

    /// <summary>The program that the saved file names as its maker; default "Kedge".</summary>
    public string CreatedBy { get; init; } = "Kedge";
}

/// <summary>How images are worked through, and who is told. None of it changes a result.</summary>
public sealed record ImageWork
{
    /// <summary>Where features are kept between runs; default null, nowhere.</summary>
    public FeatureCache? Cache { get; init; }

    /// <summary>Threads that read and decode beside the encoder, at least 1; default one a processor.</summary>
    public int DecodeThreads { get; init; } = Environment.ProcessorCount;

    /// <summary>Told while images are encoded; default null.</summary>
    public IProgress<ExtractionProgress>? Encoding { get; init; }

    /// <summary>Told while a method learns; default null.</summary>
    public IProgress<FitProgress>? Fitting { get; init; }

    /// <summary>Where a method that learns long keeps what it has reached, and goes on from; default null, nowhere.</summary>
    public IFitStore? FitStore { get; init; }
}

/// <summary>What a classifier says of an image.</summary>
/// <param name="Image">The image.</param>
/// <param name="Classes">The most probable classes, the most probable first; of equals, the one that is first among the class names.</param>
public sealed record ImagePrediction(ImageFile Image, IReadOnlyList<ClassProbability> Classes)
{
    /// <summary>Whether the answer is "none of these", by the classifier's <see cref="Rejection"/>; <see cref="Classes"/> then has the nearest.</summary>
    public bool Rejected { get; init; }

    /// <summary>All classes that the image may well be of, if it is of any, the most probable first, by the classifier's <see cref="Rejection"/>; <see langword="null"/> where it has none.</summary>
    public IReadOnlyList<string>? Set { get; init; }
}

/// <summary>How probable a class is.</summary>
/// <param name="ClassName">The class.</param>
/// <param name="Probability">0 to 1; the softmax of the logits, calibrated where the classifier is. All classes of an image sum to 1.</param>
public readonly record struct ClassProbability(string ClassName, double Probability);
