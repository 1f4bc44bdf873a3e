using Kedge.Imaging;
using static TorchSharp.torch;

namespace Kedge.Features;

/// <summary>What turns images into features: an image tower with its weights and the preprocessing it was trained with.</summary>
internal interface IImageEncoder
{
    /// <summary>Tells these weights from all others: equal only where the features are equal. A hash of the weights, say.</summary>
    string Fingerprint { get; }

    /// <summary>How files become its input.</summary>
    Preprocessing Preprocessing { get; }

    /// <summary>D, the width of its features.</summary>
    int Width { get; }

    /// <summary>P, patches of an image; 0 where the encoder has no features of patches.</summary>
    int Patches => 0;

    /// <summary>U, the width of unprojected features; 0 where the encoder has none.</summary>
    int UnprojectedWidth => 0;

    /// <summary>Encodes a batch. Called by one thread at a time, with gradients off.</summary>
    /// <param name="pixels">[B, 3, R, R], F32, on the CPU; the encoder takes it to its own device.</param>
    /// <param name="kinds">What beside the images' own features.</param>
    /// <returns>
    /// New tensors, on any device, in any floating type: images [B, D] and patches [B, P, D] of unit rows, unprojected
    /// [B, U].
    /// </returns>
    ImageFeatures Encode(Tensor pixels, FeatureKinds kinds);
}
