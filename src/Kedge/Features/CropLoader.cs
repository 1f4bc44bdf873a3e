using System.Buffers.Binary;
using System.Security.Cryptography;
using Kedge.Imaging;
using Kedge.Runtime;

namespace Kedge.Features;

/// <summary>A decoded image, ready for the encoder.</summary>
/// <param name="File">The file.</param>
/// <param name="Content">The key of its content (<see cref="PhotoKey"/>); empty where it could not be read.</param>
/// <param name="Crops">One crop, or V views; none where the features are in the store.</param>
/// <param name="Failure">The error that prevented decoding; null for none.</param>
internal sealed record LoadedImage(ImageFile File, string Content, RgbImage[] Crops, KedgeException? Failure = null)
{
    /// <summary>Whether the file is cut short, and the crops show what there is.</summary>
    public bool IsCut { get; init; }
}

/// <summary>
/// The parallel stage of an extraction, from files to crops; thread-safe, and therefore without tensors.
/// </summary>
internal sealed class CropLoader(Preprocessing preprocessing, ViewSet? views, FeatureStore store, bool allowCut)
{
    private readonly ImageDecoding _decoding = preprocessing.Decoding with { AllowCut = allowCut };

    /// <summary>Reads a file and, unless the store holds its features, decodes and crops it.</summary>
    public LoadedImage Load(ImageFile file)
    {
        try
        {
            var bytes = file.ReadAllBytes();
            var hash = SHA256.HashData(bytes);
            var content = PhotoKey.Compute(bytes, file.Name, hash);
            if (store.Contains(content))
                return new(file, content, []);
            using var image = ImageDecoder.Open(bytes, file.Name, _decoding);
            return new(file, content, Crops(image, hash)) { IsCut = image.IsCut };
        }
        catch (KedgeException e)
        {
            return new(file, "", [], e);
        }
    }

    private RgbImage[] Crops(DecodedImage image, byte[] hash)
    {
        if (views is null)
            return [preprocessing.Crop(image)];
        var crops = new RgbImage[views.Count];
        for (var v = 0; v < crops.Length; v++)
            crops[v] = views.Kind.Sample(image.Colours, preprocessing, new SeededRandom(ViewSeed(hash, views.Seed, v)));
        return crops;
    }

    /// <summary>The seed of a view, derived from content, seed and view.</summary>
    private static int ViewSeed(byte[] hash, int seed, int view)
    {
        Span<byte> all = stackalloc byte[SHA256.HashSizeInBytes + (2 * sizeof(int))];
        hash.CopyTo(all);
        BinaryPrimitives.WriteInt32LittleEndian(all[SHA256.HashSizeInBytes..], seed);
        BinaryPrimitives.WriteInt32LittleEndian(all[(SHA256.HashSizeInBytes + sizeof(int))..], view);
        return BinaryPrimitives.ReadInt32LittleEndian(SHA256.HashData(all));
    }
}
