namespace Kedge.Imaging;

/// <summary>Small pictures of image files, for pages.</summary>
internal static class Thumbnail
{
    /// <summary>A JPEG of the whole picture, scaled down to fit a square; a smaller picture keeps its size.</summary>
    /// <param name="file">The image.</param>
    /// <param name="side">The square's side in pixels, at least 1.</param>
    /// <exception cref="KedgeException">The file cannot be read or decoded; the message names it.</exception>
    internal static byte[] Jpeg(ImageFile file, int side)
    {
        var image = ImageDecoder.Decode(file);
        var scale = Math.Min(1.0, (double)side / Math.Max(image.Width, image.Height));
        int Scaled(int length) => Math.Max(1, (int)Math.Round(length * scale));
        return ImageEncoder.Jpeg(Resampler.Resize(image, Scaled(image.Width), Scaled(image.Height)));
    }
}
