using Kedge.Clip;
using Kedge.Features;
using Kedge.Runtime;
using static TorchSharp.torch;

namespace Kedge.FewShot;

/// <summary>
/// What a method learns from: a few labelled images and the names of the classes, as CLIP features. Immutable, and checked when it is made.
/// It does not own its tensors: they must live until the fit is done, and the fitted classifier holds copies of what it needs.
/// </summary>
public sealed partial class FewShotTask
{
    private readonly Tensor? _classFeatures;

    /// <summary>States a task.</summary>
    /// <param name="support">
    /// Features [V, N, D] unit F32: V views of each of the N support images, view 0 the plain centre crop; where methods ask for more, [V, N, P, D] and [V, N, U] beside them. N may be 0 for
    /// zero-shot.
    /// </param>
    /// <param name="supportLabels">[N] int64, each in 0 … C−1.</param>
    /// <param name="classFeatures">[C, D] unit F32: each class's text features, averaged over the templates and made unit length again.</param>
    /// <param name="classNames">C different names, at least two.</param>
    /// <param name="logitScale">CLIP's logit scale, above 0; 100 for OpenAI's weights.</param>
    /// <param name="templates">The prompt templates behind <paramref name="classFeatures"/>, kept with the classifier.</param>
    /// <param name="textTower">The text side, for methods that learn prompts.</param>
    /// <exception cref="KedgeException">The parts do not fit together, or hold values that are no features.</exception>
    public FewShotTask(ImageFeatures support, Tensor supportLabels, Tensor classFeatures, IReadOnlyList<string> classNames, float logitScale,
        IReadOnlyList<string> templates, ITextTower? textTower = null)
    {
        (Support, SupportLabels, _classFeatures) = (support, supportLabels, classFeatures);
        (ClassNames, LogitScale, Templates, TextTower) = ([.. classNames], logitScale, [.. templates], textTower);
        CheckClasses();
        CheckSupport();
    }

    private FewShotTask(ImageFeatures support, Tensor supportLabels, int classes, float logitScale, IReadOnlyList<string> templates, ITextTower? textTower)
    {
        (Support, SupportLabels, LogitScale, Templates, TextTower) = (support, supportLabels, logitScale, [.. templates], textTower);
        ClassNames = Numbers(classes);
        CheckClasses();
        CheckSupport();
    }

    /// <summary>Other images and classes of the same kind.</summary>
    private FewShotTask(FewShotTask like, ImageFeatures support, Tensor supportLabels, Tensor? classFeatures, IReadOnlyList<string> classNames, ValidationSet? validation)
    {
        (Support, SupportLabels, _classFeatures, ClassNames) = (support, supportLabels, classFeatures, classNames);
        (LogitScale, Templates, TextTower) = (like.LogitScale, like.Templates, like.TextTower);
        CheckClasses();
        CheckSupport();
        (Anchors, Projection, Validation) = (like.Anchors, like.Projection, validation);
    }

    /// <summary>States a task without class names, which are numbers then: methods that need names refuse it.</summary>
    /// <param name="support">As for the constructor; at least one image.</param>
    /// <param name="supportLabels">[N] int64, each in 0 … C−1.</param>
    /// <param name="classes">C, at least two.</param>
    /// <param name="logitScale">CLIP's logit scale, above 0.</param>
    /// <param name="templates">Prompt templates for words that are no class names.</param>
    /// <param name="textTower">The text side, for such words.</param>
    /// <exception cref="KedgeException">The parts do not fit together, or hold values that are no features.</exception>
    public static FewShotTask WithoutNames(ImageFeatures support, Tensor supportLabels, int classes, float logitScale, IReadOnlyList<string> templates, ITextTower? textTower = null) =>
        new(support, supportLabels, classes, logitScale, templates, textTower);

    /// <summary>Features of V views of N images; view 0 is the plain centre crop.</summary>
    public ImageFeatures Support { get; }

    /// <summary>[V, N, D] unit F32: the features of the whole images.</summary>
    public Tensor SupportFeatures => Support.Image;

    /// <summary>[N] int64, each in 0 … C−1.</summary>
    public Tensor SupportLabels { get; }

    /// <summary>Whether classes have names; if not, <see cref="ClassNames"/> are numbers.</summary>
    public bool HasNames => _classFeatures is not null;

    /// <summary>[C, D] unit F32.</summary>
    /// <exception cref="KedgeException">The task has no class names.</exception>
    public Tensor ClassFeatures => _classFeatures ?? throw new KedgeException("The features of class names were asked for of a task that has no class names: take a method that does not look at them.");

    /// <summary>The C names, in the order of the labels.</summary>
    public IReadOnlyList<string> ClassNames { get; }

    /// <summary>What CLIP multiplies a cosine by; 100 for OpenAI's weights.</summary>
    public float LogitScale { get; }

    /// <summary>The prompt templates behind <see cref="ClassFeatures"/>.</summary>
    public IReadOnlyList<string> Templates { get; }

    /// <summary>CLIP's text side, on the device of the features; <see langword="null"/> where only features are at hand.</summary>
    public ITextTower? TextTower { get; }

    /// <summary>
    /// Features that anchors may start from where no text tower is at hand, such as those of an open word list; <see langword="null"/> for none. Its
    /// tensor is on the device of the features and not owned.
    /// </summary>
    /// <exception cref="KedgeException">They are not as wide as the class features, not unit, or not as many as their names.</exception>
    public AnchorSet? Anchors
    {
        get;
        init
        {
            if (value is not null)
                CheckAnchors(value);
            field = value;
        }
    }

    /// <summary>
    /// The image tower's last step, which unprojected features go through, on the device of the features; <see langword="null"/> where the tower is not at hand. Its tensors are not owned.
    /// </summary>
    public ImageProjection? Projection { get; init; }

    /// <summary>Images that hyper-parameters may be chosen on; <see langword="null"/> for none, and then they are chosen on the support images or not at all.</summary>
    /// <exception cref="KedgeException">They are not as wide as the support images, or show none of the classes.</exception>
    public ValidationSet? Validation
    {
        get;
        init
        {
            if (value is not null)
                CheckValidation(value);
            field = value;
        }
    }

    /// <summary>
    /// The support images themselves with the CLIP that encodes them, for methods that change its towers; <see langword="null"/> where only features are at hand.
    /// </summary>
    public ISupportImages? Images { get; init; }

    /// <summary>What the N support images are called, such as their files; <see langword="null"/> where they have no names. Kept with the classifier.</summary>
    /// <exception cref="KedgeException">There are not N of them.</exception>
    public IReadOnlyList<string>? SupportNames
    {
        get;
        init
        {
            Require(value is null || value.Count == SupportCount, $"{value?.Count} names of support images", $"{SupportCount}, one a support image");
            field = value;
        }
    }

    /// <summary>V: views of each support image.</summary>
    public int Views => (int)SupportFeatures.shape[0];

    /// <summary>N: support images.</summary>
    public int SupportCount => (int)SupportFeatures.shape[1];

    /// <summary>C: classes.</summary>
    public int ClassCount => ClassNames.Count;

    /// <summary>D: the joint feature width.</summary>
    public int FeatureWidth => (int)(_classFeatures ?? SupportFeatures).shape[^1];

    /// <summary>Where the features are and the fit runs.</summary>
    public Device Device => (_classFeatures ?? SupportFeatures).device;

    /// <summary>How many support images each class has, in the order of <see cref="ClassNames"/>.</summary>
    public IReadOnlyList<int> CountShots()
    {
        using var scope = NewDisposeScope();
        return [.. bincount(SupportLabels, minlength: ClassCount).cpu().data<long>().Select(count => (int)count)];
    }

    /// <summary>The first view's features [N, D] as a classifier must be given them: encoded again where it has changed the towers. In the current dispose scope, without gradient.</summary>
    /// <param name="update">The classifier's (<see cref="FewShotClassifier.Update"/>), which can only be there where <see cref="Images"/> are.</param>
    internal Tensor FirstView(LowRankUpdates? update)
    {
        const int atOnce = 256; // bounds the memory of towers
        if (update is null)
            return SupportFeatures[0];
        using var still = no_grad();
        using var towers = Images!.Adapt(update);
        return cat([.. Enumerable.Range(0, SupportCount).Select(row => (long)row).Chunk(atOnce).Select(rows => towers.EncodeSupport(0, rows))]);
    }

    /// <summary>The task of some of the support images; support and class features are copies without gradient in the current dispose scope.</summary>
    /// <param name="rows">[M] int64, places of support images.</param>
    internal FewShotTask AtRows(Tensor rows)
    {
        var names = SupportNames;
        return new(this, Support.Each(views => views.detach().index_select(1, rows)), SupportLabels.index_select(0, rows), _classFeatures?.detach().clone(), ClassNames, Validation)
        {
            Images = Images?.AtRows(rows.cpu().data<long>().ToArray()),
            SupportNames = names is null ? null : [.. rows.cpu().data<long>().Select(row => names[(int)row])],
        };
    }

    /// <summary>The task of the first classes alone.</summary>
    /// <param name="classFeatures">[C', D], the features of these classes.</param>
    /// <param name="own">Takes new tensors over.</param>
    internal FewShotTask OfFirstClasses(Tensor classFeatures, Func<Tensor, Tensor> own)
    {
        var (count, names) = ((int)classFeatures.shape[0], SupportNames);
        var rows = SupportLabels.Lt(count).nonzero().squeeze(1);
        return new(this, Support.Each(views => own(views.index_select(1, rows))), own(SupportLabels.index_select(0, rows)), classFeatures, [.. ClassNames.Take(count)], Validation?.OfFirstClasses(count, own))
        {
            Images = Images?.AtRows(rows.cpu().data<long>().ToArray()),
            SupportNames = names is null ? null : [.. rows.cpu().data<long>().Select(row => names[(int)row])],
        };
    }

    /// <summary>The same images without class names; nor have they their own, which may tell classes.</summary>
    internal FewShotTask WithoutNames() => new(this, Support, SupportLabels, classFeatures: null, Numbers(ClassCount), Validation);

    /// <summary>The same with images that hyper-parameters may be chosen on.</summary>
    internal FewShotTask With(ValidationSet validation) => new(this, Support, SupportLabels, _classFeatures, ClassNames, validation) { Images = Images, SupportNames = SupportNames };

    private static string[] Numbers(int classes) => [.. Enumerable.Range(1, classes).Select(number => FormattableString.Invariant($"class {number}"))];
}
