using Kedge.Clip;
using Kedge.Data;
using Kedge.Features;
using Kedge.FewShot;
using static TorchSharp.torch;

namespace Kedge.Tasks;

/// <summary>A data set of photos as a task of features, which can be shared and is compared on in no time.</summary>
public static class TaskEncoder
{
    /// <summary>Draws and encodes: support from the training part, query from the test part, validation where there is such a part.</summary>
    /// <param name="clip">The model that encodes; stays the caller's.</param>
    /// <param name="dataset">At least two classes, and a test part.</param>
    /// <param name="options">The shots and so on; null is the defaults.</param>
    /// <param name="anchorWords">What the anchors are the text features of, in the templates of the classes; null is for no anchors.</param>
    /// <param name="context">Cache and progress; null is none.</param>
    /// <param name="cancellation">Stops between two images.</param>
    /// <returns>The task, on the model's device; dispose it.</returns>
    /// <exception cref="KedgeException">There is no test part, a class has too few images, images cannot be read, or a text is too long.</exception>
    /// <exception cref="OperationCanceledException">Asked for by <paramref name="cancellation"/>; features made so far are in the cache.</exception>
    public static FeatureTask Encode(ClipModel clip, ImageDataset dataset, TaskOptions? options = null, IReadOnlyList<string>? anchorWords = null,
        EncodingContext? context = null, CancellationToken cancellation = default)
    {
        options ??= new();
        if (dataset.Test.Count == 0)
        {
            throw new KedgeException($"Making a task of the data set {dataset.Name} found no test part, of which queries are made: " +
                "lay its photos out as train/CLASS/… and test/CLASS/….");
        }
        using var scope = NewDisposeScope();
        using var noGrad = no_grad();
        var drawn = ImageTask.Of(clip, dataset.ClassNames, ImageTask.Support(dataset, options), FeatureKinds.Image, options, context, cancellation);
        var task = new FewShotTask(drawn.Support with { Names = null }, drawn.Classes) // no tower: it outlives the model
        {
            Anchors = anchorWords is null ? null : new AnchorSet(clip.ClassFeatures(anchorWords, options.Templates), anchorWords),
        };
        var query = Encode(clip, dataset.Test, context, cancellation);
        var validation = dataset.Validation.Count > 0 ? Encode(clip, dataset.Validation, context, cancellation) : null;
        return new FeatureTask(dataset.Name, task, query, validation) { Model = clip.Name };
    }

    private static LabelledFeatures Encode(ClipModel clip, IReadOnlyList<LabelledImage> images, EncodingContext? context, CancellationToken cancellation) =>
        new(PhotoFeatures.Plain(clip, [.. images.Select(image => image.Image)], FeatureKinds.Image, context, cancellation).Image.to(clip.Device), PhotoFeatures.Labels(clip, images));
}
