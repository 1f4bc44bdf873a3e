using Kedge.Clip;
using Kedge.Data;
using Kedge.Features;
using Kedge.FewShot;
using Kedge.Imaging;
using static TorchSharp.torch;

namespace Kedge.Tasks;

/// <summary>From photos to what methods learn from. Tensors are made in the current dispose scope.</summary>
internal static class ImageTask
{
    /// <summary>The training images that are learned from: S of each class, drawn by the seed, or all.</summary>
    public static IReadOnlyList<LabelledImage> Support(ImageDataset dataset, TaskOptions options) =>
        options.Shots is { } shots ? SupportSampler.Sample(dataset, shots, options.Seed) : dataset.Train;

    /// <summary>The task of learning classes from labelled images, which may be none.</summary>
    public static FewShotTask Of(ClipModel clip, IReadOnlyList<string> classNames, IReadOnlyList<LabelledImage> support, FeatureKinds kinds, TaskOptions options,
        EncodingContext? context, CancellationToken cancellation)
    {
        ImageFile[] images = [.. support.Select(image => image.Image)];
        var features = images.Length > 0 ? PhotoFeatures.Views(clip, images, kinds, options, context, cancellation) : empty(1, 0, clip.FeatureWidth); // [V, N, D]
        return new FewShotTask(
            new(features.Each(tensor => tensor.to(clip.Device)), PhotoFeatures.Labels(clip, support)) { Names = [.. images.Select(image => image.Name)] },
            new(classNames, clip.ClassFeatures(classNames, options.Templates), clip.LogitScale, [.. options.Templates.Select(template => template.Text)]),
            new ClipAccess
            {
                TextTower = clip,
                Projection = kinds.HasFlag(FeatureKinds.Unprojected) ? clip.Projection : null,
                Images = new SupportPhotos(clip, images, PhotoFeatures.Random(options), (context ?? new()).DecodeThreads),
            });
    }
}
