using Kedge.Clip.Towers;
using Kedge.Features;
using Kedge.Imaging;
using Kedge.Text;
using static TorchSharp.torch;

namespace Kedge.Training.Objectives;

/// <summary>
/// Zero-shot accuracy of a network on held-out images, with "a photo of a {}."; crops are decoded once.
/// </summary>
internal sealed class HeldOutAccuracy(HeldOutImages held, Preprocessing preprocessing, Device device)
{
    private const int BatchSize = 256;
    private readonly Lazy<RgbImage[]> _crops = new(() => [.. held.Images.Select(image => preprocessing.Crop(image.Image))]);

    /// <summary>Top-1 accuracy, 0 to 1.</summary>
    /// <param name="network">In evaluation mode.</param>
    /// <exception cref="KedgeException">An image cannot be read or decoded.</exception>
    public double Compute(ClipNetwork network)
    {
        using var scope = NewDisposeScope();
        using var noGrad = no_grad();
        var names = CaptionEncoder.Encode(network, [.. held.ClassNames.Select(PromptTemplates.Default.Fill)], device).Unit(); // [C, D]
        var (right, next) = (0, 0);
        foreach (var crops in _crops.Value.Chunk(BatchSize))
        {
            using var batch = NewDisposeScope();
            var features = network.visual.Forward(preprocessing.ToTensor(crops).to(device));
            foreach (var label in matmul(features, names.t()).argmax(1).cpu().data<long>())
                right += label == held.Images[next++].Label ? 1 : 0;
        }
        return (double)right / held.Images.Count;
    }
}
