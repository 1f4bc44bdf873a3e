using Kedge.Clip;
using Kedge.Features;
using static TorchSharp.torch;

namespace Kedge.Methods;

/// <summary>
/// What a method learns from: a few labelled images and the names of the classes, as CLIP features. Immutable, and checked when it is made.
/// It does not own its tensors: they must live until the fit is done, and the fitted classifier holds copies of what it needs.
/// </summary>
public sealed class FewShotTask
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
    private FewShotTask(FewShotTask like, ImageFeatures support, Tensor supportLabels, Tensor? classFeatures, IReadOnlyList<string> classNames)
    {
        (Support, SupportLabels, _classFeatures, ClassNames) = (support, supportLabels, classFeatures, classNames);
        (LogitScale, Templates, TextTower) = (like.LogitScale, like.Templates, like.TextTower);
        CheckClasses();
        CheckSupport();
        (Anchors, Projection) = (like.Anchors, like.Projection);
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

    /// <summary>The task of some of the support images; support and class features are copies without gradient in the current dispose scope.</summary>
    /// <param name="rows">[M] int64, places of support images.</param>
    internal FewShotTask AtRows(Tensor rows)
    {
        var names = SupportNames;
        return new(this, Support.Each(views => views.detach().index_select(1, rows)), SupportLabels.index_select(0, rows), _classFeatures?.detach().clone(), ClassNames)
        {
            SupportNames = names is null ? null : [.. rows.cpu().data<long>().Select(row => names[(int)row])],
        };
    }

    /// <summary>The task of the first classes alone.</summary>
    /// <param name="classFeatures">[C', D], the features of these classes.</param>
    /// <param name="own">Takes new tensors over.</param>
    internal FewShotTask OfFirstClasses(Tensor classFeatures, Func<Tensor, Tensor> own)
    {
        var (count, names) = ((int)classFeatures.shape[0], SupportNames);
        var rows = SupportLabels.lt(count).nonzero().squeeze(1);
        return new(this, Support.Each(views => own(views.index_select(1, rows))), own(SupportLabels.index_select(0, rows)), classFeatures, [.. ClassNames.Take(count)])
        {
            SupportNames = names is null ? null : [.. rows.cpu().data<long>().Select(row => names[(int)row])],
        };
    }

    /// <summary>The same images without class names; nor have they their own, which may tell classes.</summary>
    internal FewShotTask WithoutNames() => new(this, Support, SupportLabels, classFeatures: null, Numbers(ClassCount));

    private static string[] Numbers(int classes) => [.. Enumerable.Range(1, classes).Select(number => FormattableString.Invariant($"class {number}"))];

    private void CheckClasses()
    {
        Require(ClassCount >= 2, $"{ClassCount} class name(s)", "at least 2");
        if (ClassNames.GroupBy(name => name).FirstOrDefault(same => same.Count() > 1) is { } twice)
            throw Wrong($"the class name '{twice.Key}' {twice.Count()} times", "different names");
        Require(float.IsFinite(LogitScale) && LogitScale > 0, $"the logit scale {LogitScale}", "a number above 0");
        if (_classFeatures is null)
            return;
        Require(ClassFeatures.shape is [var c, > 0] && c == ClassCount, $"class features of shape {ClassFeatures.Shape()}",
            $"[{ClassCount}, D], one row a class name");
        ClassFeatures.RequireUnit(Making, "class features");
    }

    private void CheckSupport()
    {
        Require(SupportFeatures.shape is [> 0, _, var d] && d == FeatureWidth, $"support features of shape {SupportFeatures.Shape()}",
            $"[V, N, {FeatureWidth}], as wide as the class features");
        Require(SupportLabels.dtype == ScalarType.Int64, $"support labels of type {SupportLabels.dtype}", "Int64");
        Require(SupportLabels.shape is [var n] && n == SupportCount, $"support labels of shape {SupportLabels.Shape()}",
            $"[{SupportCount}], one a support image");
        Require(SupportFeatures.device.ToString() == Device.ToString() && SupportLabels.device.ToString() == Device.ToString(),
            $"support features on {SupportFeatures.device} and labels on {SupportLabels.device}", $"both on {Device}, where the class features are");
        SupportFeatures.RequireUnit(Making, "support features");
        CheckPatches();
        Require(Support.Unprojected is not { } tokens || (tokens.shape is [var v, var m, > 0] && (v, m) == (Views, SupportCount)),
            $"unprojected support features of shape {Support.Unprojected?.Shape()}", $"[{Views}, {SupportCount}, U], one a view and image");
        if (SupportCount == 0)
            return;
        using var scope = NewDisposeScope();
        var (low, high) = (SupportLabels.min().item<long>(), SupportLabels.max().item<long>());
        Require(low >= 0 && high < ClassCount, $"support labels from {low} to {high}", $"0 to {ClassCount - 1}");
    }

    private void CheckPatches()
    {
        if (Support.Patches is not { } patches)
            return;
        Require(patches.shape is [var v, var n, > 0, var d] && (v, n, d) == (Views, SupportCount, FeatureWidth),
            $"support patches of shape {patches.Shape()}", $"[{Views}, {SupportCount}, P, {FeatureWidth}], as many and as wide as the support features");
        patches.flatten(0, 2).RequireUnit(Making, "support patches");
    }

    private void CheckAnchors(AnchorSet anchors)
    {
        Require(anchors.Features.shape is [var k, var d] && k == anchors.Names.Count && d == FeatureWidth,
            $"anchor features of shape {anchors.Features.Shape()} for {anchors.Names.Count} names", $"[{anchors.Names.Count}, {FeatureWidth}], one row a name");
        Require(anchors.Features.device.ToString() == Device.ToString(), $"anchor features on {anchors.Features.device}", $"them on {Device}, where the class features are");
        anchors.Features.RequireUnit(Making, "anchor features");
    }

    private const string Making = "Making a few-shot task";

    private static void Require(bool holds, string found, string expected)
    {
        if (!holds)
            throw Wrong(found, expected);
    }

    private static KedgeException Wrong(string found, string expected) => new($"{Making} found {found}: it needs {expected}.");
}
