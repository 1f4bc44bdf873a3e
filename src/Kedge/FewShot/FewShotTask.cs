using Kedge.Clip.Adaptation;
using Kedge.Runtime;
using static TorchSharp.torch;

namespace Kedge.FewShot;

/// <summary>
/// A few-shot task: a few labelled images and the names of the classes, as CLIP features. Immutable, and checked when
/// it is created. It does not own its tensors: they must live until the fit is done, and the fitted classifier holds
/// copies of what it needs.
/// </summary>
public sealed class FewShotTask
{
    private readonly Lazy<float[]?> _classWeights;

    /// <summary>Creates a task.</summary>
    /// <param name="support">The labelled images.</param>
    /// <param name="classes">The classes, with names or without.</param>
    /// <param name="encoder">
    /// The available parts of the CLIP model; <see langword="null"/> where only features are.
    /// </param>
    /// <exception cref="KedgeException">The parts do not fit together, or hold values that are no features.</exception>
    public FewShotTask(SupportSet support, TaskClasses classes, ClipAccess? encoder = null)
    {
        (Support, Classes, Encoder) = (support, classes, encoder);
        _classWeights = new(() => ClassBalance.ClassWeights(CountShots()));
        TaskChecks.CheckClasses(classes);
        TaskChecks.CheckSupport(this);
    }

    /// <summary>The labelled images.</summary>
    public SupportSet Support { get; }

    /// <summary>The classes, in the order of the labels.</summary>
    public TaskClasses Classes { get; }

    /// <summary>
    /// The available parts of the CLIP model that the features are of; <see langword="null"/> where only features are
    /// available.
    /// </summary>
    public ClipAccess? Encoder { get; }

    /// <summary>
    /// Features that anchors may start from where no text tower is available, such as those of an open word list;
    /// <see langword="null"/> for none. Its tensor is on the device of the features and not owned.
    /// </summary>
    /// <exception cref="KedgeException">They are not as wide as the class features, not unit, or not as many
    /// as their names.</exception>
    public AnchorSet? Anchors
    {
        get;
        init
        {
            if (value is not null)
                TaskChecks.CheckAnchors(this, value);
            field = value;
        }
    }

    /// <summary>
    /// Images that hyper-parameters may be chosen on; <see langword="null"/> for none, and then they are chosen on the
    /// support images or not at all. Nothing but the validation part of a data set or of a task of features, never test
    /// images: there is no public way to give a task any.
    /// </summary>
    /// <exception cref="KedgeException">They are not as wide as the support images, or show none
    /// of the classes.</exception>
    public LabelledFeatures? Validation
    {
        get => ClassWeights is null || field is null ? field : field with { BalanceClasses = true };
        internal init
        {
            if (value is not null)
                TaskChecks.CheckValidation(this, value);
            field = value;
        }
    }

    /// <summary>D: the joint feature width.</summary>
    public int FeatureWidth => (int)Reference.shape[^1];

    /// <summary>Where the features are and the fit runs.</summary>
    public Device Device => Reference.device;

    private Tensor Reference => Classes.HasNames ? Classes.Features : Support.Features;

    /// <summary>How many support images each class has, in the order of <see cref="TaskClasses.Names"/>.</summary>
    public IReadOnlyList<int> CountShots()
    {
        using var scope = NewDisposeScope();
        return [.. bincount(Support.Labels, minlength: Classes.Count).cpu().data<long>().Select(count => (int)count)];
    }

    /// <summary>
    /// Whether classes count alike in what is learned, however many images they have (<see cref="ClassBalance"/>); a
    /// fit takes it off where <see cref="MethodOptions.BalanceClasses"/> is.
    /// </summary>
    internal bool BalanceClasses { get; init; } = true;

    /// <summary>
    /// w of an image of each class [C]; <see langword="null"/> where classes have equally many images or are not to be
    /// balanced.
    /// </summary>
    internal float[]? ClassWeights => BalanceClasses ? _classWeights.Value : null;

    /// <summary>
    /// The first view's features [N, D] as inputs of a classifier: encoded again where it has updated the towers. In
    /// the current dispose scope, without gradient.
    /// </summary>
    /// <param name="update">The classifier's (<see cref="FewShotClassifier.Update"/>), which can only be there where
    /// <see cref="ClipAccess.Images"/> are.</param>
    internal Tensor FirstView(WeightUpdates? update)
    {
        const int batchSize = 256; // bounds the memory of towers
        if (update is null)
            return Support.Features[0];
        using var noGrad = no_grad();
        using var towers = Encoder!.Images!.Adapt(update);
        return cat([.. Enumerable.Range(0, Support.Count)
            .Select(row => (long)row).Chunk(batchSize).Select(rows => towers.EncodeSupport(0, rows))]);
    }

    /// <summary>
    /// The task of some of the support images; support and class features are copies without gradient in
    /// the current dispose scope.
    /// </summary>
    /// <param name="rows">[M] int64, indices of support images.</param>
    /// <param name="balanceClasses">False takes <see cref="BalanceClasses"/> off.</param>
    internal FewShotTask AtRows(Tensor rows, bool balanceClasses = true) => new(
        (Support with { Images = Support.Images.Each(views => views.detach()) })
            .AtRows(rows), Classes.Copy(), Encoder?.AtRows([.. rows.cpu().data<long>()]))
    {
        BalanceClasses = balanceClasses && BalanceClasses,
        Anchors = Anchors,
        Validation = Validation,
    };

    /// <summary>The task of the first classes alone.</summary>
    /// <param name="classFeatures">[C', D], the features of these classes.</param>
    /// <param name="own">Takes ownership of new tensors.</param>
    internal FewShotTask TakeFirstClasses(Tensor classFeatures, Func<Tensor, Tensor> own)
    {
        var count = (int)classFeatures.shape[0];
        var rows = Support.Labels.Lt(count).nonzero().squeeze(1);
        var classes = new TaskClasses([.. Classes.Names.Take(count)], classFeatures, Classes.LogitScale, Classes.Templates)
        {
            PromptNames = [.. Classes.PromptNames.Take(count)],
            Ids = [.. Classes.Ids.Take(count)],
            Norms = Classes.Norms is { } norms ? own(norms.narrow(0, 0, count).clone()) : null,
        };
        return new(Support.AtRows(rows, own), classes, Encoder?.AtRows([.. rows.cpu().data<long>()]))
        {
            BalanceClasses = BalanceClasses,
            Anchors = Anchors,
            Validation = Validation?.TakeFirstClasses(count, own),
        };
    }

    /// <summary>
    /// The same images without class names, and without the images' own names, which may reveal classes.
    /// </summary>
    internal FewShotTask WithoutNames() => new(
        Support with { Names = null }, TaskClasses.Unnamed(Classes.Count, Classes.LogitScale, Classes.Templates), Encoder is null
            ? null
            : Encoder with { Images = null })
    {
        BalanceClasses = BalanceClasses,
        Anchors = Anchors,
        Validation = Validation,
    };

    /// <summary>The same with images that hyper-parameters may be chosen on.</summary>
    internal FewShotTask With(LabelledFeatures validation) =>
        new(Support, Classes, Encoder) { BalanceClasses = BalanceClasses, Anchors = Anchors, Validation = validation };
}
