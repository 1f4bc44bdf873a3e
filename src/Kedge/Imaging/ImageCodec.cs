namespace Kedge.Imaging;

/// <summary>
/// Decodes formats that the library itself does not read (it reads JPEG, PNG, WebP, BMP and GIF). The package
/// <c>Kedge.Imaging.Magick</c> has one for HEIC, AVIF, TIFF, JPEG 2000 and JPEG XL. Thread-safe.
/// </summary>
public abstract class ImageCodec
{
    /// <summary>The package, and the assembly in it, that has a codec of the usual further formats.</summary>
    internal const string Package = "Kedge.Imaging.Magick";

    private static readonly Lock Adding = new();
    private static ImageCodec[] _added = [];

    /// <summary>
    /// Endings of file names, in lower case and with their dot, by which a folder's or zip's files are taken for
    /// photos: <c>.heic</c>.
    /// </summary>
    public abstract IReadOnlyList<string> Endings { get; }

    /// <summary>All codecs, in the order in which they are asked.</summary>
    internal static IReadOnlyList<ImageCodec> Added
    {
        get
        {
            lock (Adding)
                return _added;
        }
    }

    /// <summary>
    /// Adds a codec for the rest of the process; before any data are opened, as these list their files then.
    /// </summary>
    /// <param name="codec">Asked after those that were added before it.</param>
    public static void Add(ImageCodec codec)
    {
        ArgumentNullException.ThrowIfNull(codec);
        lock (Adding)
            _added = [.. _added, codec];
    }

    /// <summary>Whether it decodes a file, by its content.</summary>
    /// <param name="bytes">All of the file, none of whose formats the library reads.</param>
    public abstract bool CanDecode(ReadOnlySpan<byte> bytes);

    /// <summary>The size of the upright picture; asked before it is decoded, to refuse too large ones.</summary>
    /// <param name="bytes">All of a file that it decodes.</param>
    /// <returns>Pixels a row, and rows; each at least 1.</returns>
    /// <exception cref="KedgeException">The file is damaged. The message is the second half of a sentence, "the TIFF
    /// file is damaged.", before which the file's name is put.</exception>
    public abstract (int Width, int Height) Measure(byte[] bytes);

    /// <summary>Decodes the first picture of a file, upright.</summary>
    /// <param name="bytes">All of the file.</param>
    /// <returns>Height × width × 4 bytes: red, green, blue and alpha (255 is opaque), not premultiplied; rows from the
    /// top; colours as stored.</returns>
    /// <exception cref="KedgeException">As for <see cref="Measure"/>.</exception>
    public abstract byte[] Decode(byte[] bytes);
}
