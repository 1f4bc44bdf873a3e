using Kedge.Clip;
using Kedge.Data;
using Kedge.Features;
using Kedge.FewShot;
using Kedge.Imaging;
using static TorchSharp.torch;

namespace Kedge.Tasks;

/// <summary>
/// Photos to features by one CLIP. Where the context has somebody told of them, photos that cannot be read are left
/// out, and draws take others in their places. Owns nothing.
/// </summary>
/// <param name="clip">The model that encodes.</param>
/// <param name="context">Cache, threads and progress, and who is told of photos that are left out.</param>
internal sealed class PhotoEncoder(ClipModel clip, EncodingContext context)
{
    /// <summary>Features of images, none of which is left out: new tensors on the CPU, owned by the caller.</summary>
    public ImageFeatures Encode(IReadOnlyList<ImageFile> images, FeatureKinds kinds, CancellationToken cancellation) =>
        Extract(Extractor(), images, kinds, views: null, UnusableImages.Refused, cancellation).Features;

    /// <summary>The same of images that can be used; the context says whether others are left out.</summary>
    public Extraction EncodeUsable(IReadOnlyList<ImageFile> images, FeatureKinds kinds, CancellationToken cancellation) =>
        Extract(Extractor(), images, kinds, views: null, new(context.LeftOut, [images]), cancellation);

    /// <summary>
    /// Features of images batch by batch, in bounded memory; for each image, in their order, its result or the error
    /// that prevented it.
    /// </summary>
    /// <param name="images">The images.</param>
    /// <param name="kinds">What is wanted beside the images' own features.</param>
    /// <param name="use">The results of the features of a batch, one for each image.</param>
    /// <param name="cancellation">Stops between two images.</param>
    public IEnumerable<(ImageFile Image, T? Result, KedgeException? Failure)> EncodeEach<T>(
        IReadOnlyList<ImageFile> images, FeatureKinds kinds, Func<ImageFeatures, IReadOnlyList<T>> use, CancellationToken cancellation)
        where T : class =>
        Extractor().ExtractEach(kinds, images, use, Options(views: null), context.Encoding, cancellation);

    /// <summary>Labelled images that can be used, as features on the model's device.</summary>
    public LabelledFeatures EncodeLabelled(
        IReadOnlyList<LabelledImage> images, FeatureKinds kinds, CancellationToken cancellation)
    {
        var unusable = new UnusableImages(context.LeftOut, images.ByClass());
        var features = Extract(Extractor(), [.. images.Select(image => image.Image)], kinds, views: null, unusable, cancellation).Features;
        return new(features.Each(tensor => tensor.to(clip.Device)), Labels(images.Without(unusable))) { LeftOut = unusable.Count };
    }

    /// <summary>Draws the support set from images that can be used, and encodes it.</summary>
    public (IReadOnlyList<LabelledImage> Images, SupportSet Set, int LeftOut) EncodeSupport(
        ImageDataset dataset, FeatureKinds kinds, TaskOptions options, CancellationToken cancellation)
    {
        var unusable = new UnusableImages(context.LeftOut, dataset.Train.ByClass());
        var extractor = Extractor();
        while (true)
        {
            var known = unusable.Count;
            var support = SupportSampler.Sample(dataset, options, unusable);
            var features = support.Count > 0 ? EncodeViews(extractor, support, kinds, RandomViews(options), unusable, cancellation)
                : empty(1, 0, clip.FeatureWidth);
            if (unusable.Count > known)
                continue; // others take their places
            if (ShotNote.Describe(dataset.ClassNames, support, options.Shots) is { } note)
                context.Fitting?.Report(new(Step: 0, Steps: 0, Note: note));
            string[] names = [.. support.Select(image => image.Image.Name)];
            return (support, new(features.Each(tensor => tensor.to(clip.Device)), Labels(support)) { Names = names }, known);
        }
    }

    /// <summary>
    /// The centre crop first, then random views: [V, N, D] unit F32, and what else is wanted; on the CPU.
    /// </summary>
    private ImageFeatures EncodeViews(
        FeatureExtractor extractor, IReadOnlyList<LabelledImage> support, FeatureKinds kinds, ViewSet? random, UnusableImages unusable,
        CancellationToken cancellation)
    {
        ImageFile[] images = [.. support.Select(image => image.Image)];
        var plain = Extract(extractor, images, kinds, views: null, unusable, cancellation);
        var features = plain.Features.Each(tensor => tensor.unsqueeze(0));
        return random is null ? features
            : features.Concat(Extract(extractor, plain.Images, kinds, random, unusable, cancellation).Features);
    }

    /// <summary>Encodes all photos of the draws, and draws again without those that cannot be used.</summary>
    public (EncodedPhotos Photos, SupportDraws Draws) EncodeDrawn(
        SupportDraws draws, FeatureKinds kinds, Func<Tensor, Tensor> own, CancellationToken cancellation)
    {
        var unusable = new UnusableImages(context.LeftOut, draws.Parts.SelectMany(part => part.ByClass()));
        var extractor = Extractor();
        while (true)
        {
            var known = unusable.Count;
            var drawn = draws.Draws.SelectMany(draw => draw.Support.Concat(draw.Validation ?? []));
            ImageFile[] images = [.. drawn.Concat(draws.Test).Select(image => image.Image).DistinctBy(image => image.Name)];
            var (features, usable, contents) = Extract(extractor, images, kinds, views: null, unusable, cancellation);
            if (unusable.Count == known)
                return (new(usable, features.Each(tensor => tensor.to(clip.Device)), contents, own), draws);
            draws = draws.Without(unusable);
        }
    }

    private FeatureExtractor Extractor() => new(clip, context.Cache);

    private Extraction Extract(
        FeatureExtractor extractor, IReadOnlyList<ImageFile> images, FeatureKinds kinds, ViewSet? views, UnusableImages unusable,
        CancellationToken cancellation) =>
        extractor.Extract(kinds, images, unusable, Options(views), context.Encoding, cancellation);

    private ExtractionOptions Options(ViewSet? views) =>
        new() { DecodeThreads = context.DecodeThreads, CutShort = context.CutShort, Views = views };

    /// <summary>The views beside the centre crop; <see langword="null"/> for none.</summary>
    public static ViewSet? RandomViews(TaskOptions options) => options.Views == 1 ? null : new ViewSet(options.Views - 1, options.Seed);

    private Tensor Labels(IReadOnlyList<LabelledImage> images) => EncodedPhotos.Labels(images, clip.Device);
}
