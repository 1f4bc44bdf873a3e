using System.Reflection;
using Kedge.Imaging;

namespace Kedge.Cli;

/// <summary>Decoders of further image formats, which a program has that was published with their package.</summary>
internal static class ImageCodecs
{
    /// <summary>Adds the codecs that are at hand.</summary>
    public static void AddThoseAtHand()
    {
        foreach (var codec in Find())
            ImageCodec.Add(codec);
    }

    /// <summary>The codecs of the package <c>Kedge.Imaging.Magick</c>; none where the program is without it.</summary>
    internal static IReadOnlyList<ImageCodec> Find()
    {
        try
        {
            return [.. Assembly.Load(ImageCodec.Package).GetExportedTypes().Where(type => type.IsSubclassOf(typeof(ImageCodec)))
                .Select(type => (ImageCodec)Activator.CreateInstance(type)!)];
        }
        catch (FileNotFoundException)
        {
            return [];
        }
    }
}
