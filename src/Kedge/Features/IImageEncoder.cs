using Kedge.Imaging;
using static TorchSharp.torch;

namespace Kedge.Features;

/// <summary>What turns images into features: an image tower with its weights and the preprocessing it was trained with.</summary>
public interface IImageEncoder
{
    /// <summary>Tells these weights from all others: equal only where the features are equal. A hash of the weights, say.</summary>
    string Fingerprint { get; }

    /// <summary>How files become its input.</summary>
    Preprocessing Preprocessing { get; }

    /// <summary>D, the width of its features.</summary>
    int Width { get; }

    /// <summary>Encodes a batch. Called by one thread at a time, with gradients off.</summary>
    /// <param name="pixels">[B, 3, R, R], F32, on the CPU; the encoder takes it to its own device.</param>
    /// <returns>A new tensor [B, D] of unit rows, on any device, in any floating type.</returns>
    Tensor EncodeImage(Tensor pixels);
}
