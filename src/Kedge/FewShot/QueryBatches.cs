using Kedge.Features;
using static TorchSharp.torch;

namespace Kedge.FewShot;

/// <summary>Logits of any number of queries.</summary>
internal static class QueryBatches
{
    private const int QueriesAtOnce = 1024; // bounds the memory of methods that compare queries with all they have learned

    /// <summary>Q images → [Q, C], on the CPU; encoded again where the classifier has changed the towers.</summary>
    internal static Tensor LogitsInBatches(this FewShotClassifier classifier, LabelledFeatures images, CancellationToken cancellation = default)
    {
        using var scope = NewDisposeScope();
        var features = classifier.Update is { } update ? images.Under!(update, cancellation) : images.Images; // a method that changes towers refuses a task without photos
        return classifier.LogitsInBatches(features, cancellation).MoveToOuterDisposeScope();
    }

    /// <summary>Q images → [Q, C], on the CPU.</summary>
    internal static Tensor LogitsInBatches(this FewShotClassifier classifier, ImageFeatures images, CancellationToken cancellation = default)
    {
        using var scope = NewDisposeScope();
        return cat([.. images.Split(QueriesAtOnce).Select(Batch)]).MoveToOuterDisposeScope();

        Tensor Batch(ImageFeatures queries)
        {
            cancellation.ThrowIfCancellationRequested();
            return classifier.Logits(queries).cpu();
        }
    }
}
