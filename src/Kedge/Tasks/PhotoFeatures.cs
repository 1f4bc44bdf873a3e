using Kedge.Clip;
using Kedge.Data;
using Kedge.Features;
using Kedge.Imaging;
using static TorchSharp.torch;

namespace Kedge.Tasks;

/// <summary>Photos to features, as classifiers and tasks take them.</summary>
internal static class PhotoFeatures
{
    /// <summary>The centre crops: [N, D] unit F32, and what else is asked for; on the CPU.</summary>
    internal static ImageFeatures Plain(ClipModel clip, IReadOnlyList<ImageFile> images, FeatureKinds kinds, EncodingContext? context, CancellationToken cancellation) =>
        Extract(clip, images, kinds, views: null, context, cancellation);

    /// <summary>The centre crop first, then random views: [V, N, D] unit F32, and what else is asked for; on the CPU.</summary>
    internal static ImageFeatures Views(ClipModel clip, IReadOnlyList<ImageFile> images, FeatureKinds kinds, TaskOptions options, EncodingContext? context, CancellationToken cancellation)
    {
        var plain = Plain(clip, images, kinds, context, cancellation).Each(tensor => tensor.unsqueeze(0));
        return Random(options) is { } random ? plain.Beside(Extract(clip, images, kinds, random, context, cancellation)) : plain;
    }

    /// <summary>The views beside the centre crop; <see langword="null"/> for none.</summary>
    internal static ViewSet? Random(TaskOptions options) => options.Views == 1 ? null : new ViewSet(options.Views - 1, options.Seed);

    /// <summary>The images' labels: [N] int64, on the model's device.</summary>
    internal static Tensor Labels(ClipModel clip, IReadOnlyList<LabelledImage> images) =>
        tensor(images.Select(image => (long)image.Label).ToArray(), device: clip.Device);

    private static ImageFeatures Extract(ClipModel clip, IReadOnlyList<ImageFile> images, FeatureKinds kinds, ViewSet? views, EncodingContext? context, CancellationToken cancellation)
    {
        context ??= new();
        var options = new ExtractionOptions { DecodeThreads = context.DecodeThreads, Views = views };
        var extractor = new FeatureExtractor(clip, context.Cache);
        return extractor.Extract(kinds, images, options, context.Encoding, cancellation); // owned by the current scope
    }
}
