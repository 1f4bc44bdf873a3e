using Kedge.Clip;
using Kedge.Clip.Adaptation;
using Kedge.Data;
using Kedge.Features;
using Kedge.FewShot;
using Kedge.Imaging;
using Kedge.Text;
using static TorchSharp.torch;

namespace Kedge.Tasks;

/// <summary>
/// Photos to what methods learn from and classifiers look at, by one CLIP: the one place where features of photos,
/// labels and class names become a <see cref="FewShotTask"/>. Owns nothing.
/// </summary>
/// <param name="clip">The model that encodes; stays the caller's and must outlive this.</param>
/// <param name="context">Cache, threads and progress; null is the defaults.</param>
public sealed class TaskEncoder(ClipModel clip, EncodingContext? context = null)
{
    private readonly EncodingContext _context = context ?? new();
    private readonly PhotoEncoder _photos = new(clip, context ?? new());

    /// <summary>
    /// Makes a data set a task of features, which can be shared and is compared on in no time: support from the
    /// training part, queries from the test part, validation where there is such a part.
    /// </summary>
    /// <param name="dataset">At least two classes, and a test part.</param>
    /// <param name="options">The shots and so on; null is the defaults.</param>
    /// <param name="anchorWords">
    /// What the anchors are the text features of, in the templates of the classes; null is for no anchors.
    /// </param>
    /// <param name="cancellation">Stops between two images.</param>
    /// <returns>The task, on the model's device; dispose it.</returns>
    /// <exception cref="KedgeException">
    /// There is no test part, a class has too few images, images cannot be read, or a text is too long.
    /// </exception>
    /// <exception cref="OperationCanceledException">
    /// Asked for by <paramref name="cancellation"/>; features made so far are in the cache.
    /// </exception>
    public FeatureTask EncodeFeatureTask(
        ImageDataset dataset, TaskOptions? options = null, IReadOnlyList<string>? anchorWords = null,
        CancellationToken cancellation = default)
    {
        options ??= new();
        if (dataset.Test.Count == 0)
        {
            throw new KedgeException($"Making a task of the data set {dataset.Name} found no test part, of which queries are made: " +
                "lay its photos out as train/CLASS/… and test/CLASS/….");
        }
        using var scope = NewDisposeScope();
        using var noGrad = no_grad();
        var (_, support, _) = _photos.EncodeSupport(dataset, FeatureKinds.Image, options, cancellation);
        // no CLIP: it outlives it
        var task = new FewShotTask(support with { Names = null }, EncodeClasses(dataset.Naming, options.Templates))
        {
            Anchors = anchorWords is null ? null : new AnchorSet(clip.ClassFeatures(anchorWords, options.Templates), anchorWords),
        };
        var query = _photos.EncodeLabelled(dataset.Test, FeatureKinds.Image, cancellation);
        var validation = dataset.Validation.Count > 0 ? _photos.EncodeLabelled(dataset.Validation, FeatureKinds.Image, cancellation) : null;
        return new FeatureTask(dataset.Name, task, query, validation) { Model = clip.Name };
    }

    /// <summary>The task of learning a data set's classes, in the current dispose scope.</summary>
    /// <param name="dataset">The data set; the support set is drawn from its training part, which may be empty.</param>
    /// <param name="kinds">What is wanted beside the images' own features.</param>
    /// <param name="options">The draw, templates, views and their seed.</param>
    /// <param name="cancellation">Stops between two images.</param>
    /// <param name="allowsOne">Whether one class is enough: of a task of further classes.</param>
    /// <returns>The task, and how many training images were passed over, as they cannot be used.</returns>
    internal (FewShotTask Task, int LeftOut) EncodeTask(
        ImageDataset dataset, FeatureKinds kinds, TaskOptions options, CancellationToken cancellation, bool allowsOne = false)
    {
        var (support, set, leftOut) = _photos.EncodeSupport(dataset, kinds, options, cancellation);
        var access = AccessTo(support, PhotoEncoder.RandomViews(options), clip.Projection);
        var classes = EncodeClasses(dataset.Naming, options.Templates) with { AllowsOne = allowsOne };
        return (new(set, classes, access), leftOut);
    }

    /// <summary>Draws as tasks; each photo is encoded once, however many draws it is in.</summary>
    /// <param name="draws">The draws of one data set.</param>
    /// <param name="templates">The sentences that class names are put into.</param>
    /// <param name="kinds">What is wanted beside the images' own features.</param>
    /// <param name="own">Takes new tensors over; the others are the current dispose scope's.</param>
    /// <param name="cancellation">Stops between two images.</param>
    internal IReadOnlyList<EncodedDraw> EncodeDraws(
        SupportDraws draws, IReadOnlyList<PromptTemplate> templates, FeatureKinds kinds, Func<Tensor, Tensor> own,
        CancellationToken cancellation)
    {
        (var photos, draws) = _photos.EncodeDrawn(draws, kinds, own, cancellation);
        var classes = EncodeClasses(draws.Naming, templates, own);
        var projection = clip.Projection.Each(own);
        var query = photos.Select(draws.Test) with
        {
            LeftOut = draws.LeftOut,
            Reencode = (update, stop) => Reencode(draws.Test, update, stop),
        };
        return [.. draws.Draws.Select(Encode)];

        EncodedDraw Encode(SupportDraw draw)
        {
            var (support, labels) = photos.Select(draw.Support);
            var names = draw.Support.Select(image => image.Image.Name);
            var task = new FewShotTask(
                new(support.Each(tensor => own(tensor.unsqueeze(0))), labels) { Names = [.. names] },
                classes, AccessTo(draw.Support, random: null, projection))
            {
                Validation = draw.Validation is { } validation ? photos.Select(validation) : null,
            };
            return new(draw, task, query, photos.Fingerprint(draws, draw, classes.Templates, clip.Preprocessing));
        }
    }

    /// <summary>Features of photos, of their centre crops; through the cache, where the context has one.</summary>
    /// <param name="images">N images, none of which is left out.</param>
    /// <param name="kinds">What is wanted beside the images' own features; default nothing.</param>
    /// <param name="cancellation">Stops between two images.</param>
    /// <returns>New tensors on the CPU, owned by the caller: [N, D] unit F32, and what else is wanted.</returns>
    /// <exception cref="KedgeException">An image cannot be read.</exception>
    public ImageFeatures EncodeImages(
        IReadOnlyList<ImageFile> images, FeatureKinds kinds = FeatureKinds.Image, CancellationToken cancellation = default) =>
        _photos.Encode(images, kinds, cancellation);

    private TaskClasses EncodeClasses(
        ClassNaming classes, IReadOnlyList<PromptTemplate> templates, Func<Tensor, Tensor>? own = null)
    {
        var (features, norms) = PromptEnsemble.EncodeWithNorms(clip, classes.PromptNames, templates); // [C, D] and [C]
        return new(classes.Names, own is null ? features : own(features), clip.LogitScale, [.. templates.Select(template => template.Text)])
        {
            PromptNames = classes.PromptNames,
            Ids = classes.Ids,
            Norms = own is null || norms is null ? norms : own(norms),
        };
    }

    /// <summary>
    /// [Q, D] by towers with an update; not cached, since nobody asks for the features of one fit again.
    /// </summary>
    private Tensor Reencode(IReadOnlyList<LabelledImage> images, WeightUpdates update, CancellationToken cancellation)
    {
        using var adapted = clip.With(update);
        var uncached = new EncodingContext { DecodeThreads = _context.DecodeThreads };
        return new TaskEncoder(adapted, uncached)
            .EncodeImages([.. images.Select(image => image.Image)], FeatureKinds.Image, cancellation).Image;
    }

    private ClipAccess AccessTo(IReadOnlyList<LabelledImage> support, ViewSet? random, ImageProjection? projection) => new()
    {
        TextTower = clip,
        Projection = projection,
        Images = new SupportPhotos(
            clip, [.. support.Select(image => image.Image)], random, _context.DecodeThreads, _context.CutShort is not null),
    };
}
