using Kedge.Features;
using Kedge.Runtime;
using static TorchSharp.torch;

namespace Kedge.FewShot;

/// <summary>
/// Images that hyper-parameters may be chosen on. Made of nothing but the validation part of a data set or of a task of features, never of test images: there is no public way to make one.
/// Does not own its tensors.
/// </summary>
public sealed class ValidationSet
{
    internal ValidationSet(ImageFeatures images, Tensor labels) => (Images, Labels) = (images, labels);

    /// <summary>Features [H, D] unit F32, with more beside them where methods ask for it.</summary>
    public ImageFeatures Images { get; }

    /// <summary>[H] int64, each in 0 … C−1.</summary>
    public Tensor Labels { get; }

    /// <summary>H: how many images there are.</summary>
    public int Count => (int)Labels.shape[0];

    /// <summary>The images of the first classes alone.</summary>
    internal ValidationSet OfFirstClasses(int count, Func<Tensor, Tensor> own)
    {
        var rows = Labels.Lt(count).nonzero().squeeze(1);
        return new(Images.Each(tensor => own(tensor.index_select(0, rows))), own(Labels.index_select(0, rows)));
    }

    /// <summary>The first images of each class, in their order.</summary>
    internal ValidationSet First(int shots)
    {
        var seen = new Dictionary<long, int>();
        long[] kept = [.. Labels.cpu().data<long>().Index().Where(image => (seen[image.Item] = seen.GetValueOrDefault(image.Item) + 1) <= shots).Select(image => (long)image.Index)];
        var rows = tensor(kept, device: Labels.device);
        return new(Images.Each(tensor => tensor.index_select(0, rows)), Labels.index_select(0, rows));
    }
}
