using System.Text.Json;
using Kedge.Features;
using Kedge.Imaging;
using Kedge.Methods;
using Kedge.Text;

namespace Kedge;

/// <summary>What an <see cref="ImageClassifier"/> is learned with. All of it is kept with the classifier.</summary>
public sealed record ImageClassifierOptions
{
    /// <summary>The method, one of <see cref="MethodCatalog.Names"/>; default "rtos".</summary>
    public string Method { get; init; } = "rtos";

    /// <summary>The method's options that differ from its defaults, such as <c>{"alpha":10}</c>; default none.</summary>
    public JsonElement? MethodOptions { get; init; }

    /// <summary>S, training images drawn of each class, at least 1; null takes all. Default 16, the most in the protocol of the field.</summary>
    /// <exception cref="ArgumentOutOfRangeException">Below 1.</exception>
    public int? Shots
    {
        get;
        init
        {
            if (value is { } shots)
                ArgumentOutOfRangeException.ThrowIfLessThan(shots, 1);
            field = value;
        }
    } = 16;

    /// <summary>Decides which images are drawn, and which random views; default 1.</summary>
    public int Seed { get; init; } = 1;

    /// <summary>The sentences that class names are put into, at least one; default "a photo of a {}.".</summary>
    public IReadOnlyList<PromptTemplate> Templates { get; init; } = [PromptTemplates.Default];

    /// <summary>V, views of each training image, at least 1: the centre crop, and V − 1 random ones. Default 1.</summary>
    /// <exception cref="ArgumentOutOfRangeException">Below 1.</exception>
    public int Views
    {
        get;
        init
        {
            ArgumentOutOfRangeException.ThrowIfLessThan(value, 1);
            field = value;
        }
    } = 1;

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
}

/// <summary>What a classifier says of an image.</summary>
/// <param name="Image">The image.</param>
/// <param name="Classes">The most probable classes, the most probable first; of equals, the one that is first among the class names.</param>
public sealed record ImagePrediction(ImageFile Image, IReadOnlyList<ClassProbability> Classes);

/// <summary>How probable a class is.</summary>
/// <param name="ClassName">The class.</param>
/// <param name="Probability">0 to 1; the softmax of the logits. All classes of an image sum to 1.</param>
public readonly record struct ClassProbability(string ClassName, double Probability);
