using Kedge.Imaging;
using static TorchSharp.torch;

namespace Kedge.Features;

/// <summary>An image encoder: an image tower with its weights and its preprocessing.</summary>
internal interface IImageEncoder
{
    /// <summary>Identifies the weights, such as by a hash of them: equal only where the features are equal.</summary>
    string Fingerprint { get; }

    /// <summary>
    /// Fingerprints under which earlier versions kept features that differ from these by rounding alone, so that they
    /// may be used beside them; default none.
    /// </summary>
    IReadOnlyList<string> EarlierFingerprints => [];

    /// <summary>The preprocessing from image files to its input.</summary>
    Preprocessing Preprocessing { get; }

    /// <summary>D, the feature width.</summary>
    int Width { get; }

    /// <summary>P, patches per image; 0 where the encoder has no patch features.</summary>
    int Patches => 0;

    /// <summary>U, the width of unprojected features; 0 where the encoder has none.</summary>
    int UnprojectedWidth => 0;

    /// <summary>Encodes a batch. Called by one thread at a time, without gradients.</summary>
    /// <param name="pixels">[B, 3, R, R], F32, on the CPU; the encoder moves it to its own device.</param>
    /// <param name="kinds">The kinds of features beside the image features.</param>
    /// <returns>
    /// New tensors, on any device, in any floating type: images [B, D] and patches [B, P, D] of unit rows, unprojected
    /// [B, U].
    /// </returns>
    ImageFeatures Encode(Tensor pixels, FeatureKinds kinds);
}
