using Kedge.Clip.Adaptation;
using Kedge.Features;
using Kedge.Runtime;
using static TorchSharp.torch;

namespace Kedge.FewShot;

/// <summary>Images as features, and the classes they show. Does not own its tensors.</summary>
/// <param name="Images">
/// Features [Q, D] unit F32, Q at least 1, with patch or unprojected features where methods need them.
/// </param>
/// <param name="Labels">[Q] int64, each in 0 … C−1.</param>
public sealed record LabelledFeatures(ImageFeatures Images, Tensor Labels)
{
    /// <summary>
    /// Whether classes count alike in accuracies and losses on the images (<see cref="ClassBalance"/>).
    /// </summary>
    internal bool BalanceClasses { get; init; }

    /// <summary>Images that were left out, as they cannot be used; their class is lost.</summary>
    internal int LeftOut { get; init; }

    /// <summary>
    /// Encodes the images again by their model with updates of its weights: [Q, D] unit, in the current dispose scope;
    /// <see langword="null"/> where only features are available.
    /// </summary>
    internal Func<WeightUpdates, CancellationToken, Tensor>? Reencode { get; init; }

    /// <summary>[Q, D] unit F32: the features of the whole images.</summary>
    public Tensor Features => Images.Image;

    /// <summary>Q: how many images there are.</summary>
    public int Count => (int)Labels.shape[0];

    /// <summary>
    /// The logits of a classifier: [Q, C], on the CPU, owned by the caller; the images are encoded again where it has
    /// updated the towers.
    /// </summary>
    internal Tensor LogitsBy(FewShotClassifier classifier, CancellationToken cancellation = default)
    {
        using var scope = NewDisposeScope();
        // a method that changes towers refuses a task without photos
        var features = classifier.Update is { } update ? Reencode!(update, cancellation) : Images;
        return classifier.LogitsInBatches(features, cancellation).MoveToOuterDisposeScope();
    }

    /// <summary>The images of the first classes alone, as features.</summary>
    /// <param name="count">How many classes.</param>
    /// <param name="own">Takes ownership of new tensors.</param>
    internal LabelledFeatures TakeFirstClasses(int count, Func<Tensor, Tensor> own) => AtRows(Labels.Lt(count).nonzero().squeeze(1), own);

    /// <summary>The first images of each class, in their order, as features in the current dispose scope.</summary>
    internal LabelledFeatures First(int shots)
    {
        var seen = new Dictionary<long, int>();
        long[] kept = [.. Labels.cpu().data<long>().Index()
            .Where(image => (seen[image.Item] = seen.GetValueOrDefault(image.Item) + 1) <= shots).Select(image => (long)image.Index)];
        return AtRows(tensor(kept, device: Labels.device), made => made);
    }

    private LabelledFeatures AtRows(Tensor rows, Func<Tensor, Tensor> own) =>
        new(Images.Each(tensor => own(tensor.index_select(0, rows))), own(Labels.index_select(0, rows)));
}
