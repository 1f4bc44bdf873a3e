using Kedge.Fuzzing.Corpora;
using Kedge.Imaging;

namespace Kedge.Fuzzing.Targets;

/// <summary>Photos: decoded, turned upright, resized and cropped.</summary>
internal static class ImageTargets
{
    private static readonly Preprocessing Small = new() { Resolution = 16 };

    public static IReadOnlyList<FuzzTarget> All { get; } =
    [
        new("jpeg", Format.Jpeg, () => ImageFiles.Jpegs, Crop) { Share = 20 },
        new("png", Format.Png, () => ImageFiles.Pngs, Crop) { Share = 20 },
        new("webp", Format.Raster, () => ImageFiles.WebPs, Crop),
        new("bmp", Format.Raster, () => ImageFiles.Bmps, Crop),
        new("gif", Format.Raster, () => ImageFiles.Gifs, Crop),
        new("exif", Format.Jpeg with { Structure = [Mutators.ExifEntries.Mutate] }, () => ImageFiles.WithExif, Crop),
    ];

    public static void Crop(FuzzInput input) => Small.Crop(input.Bytes, "photo");
}
