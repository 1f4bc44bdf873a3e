using System.Text;
using Kedge.Fuzzing.Mutators;

namespace Kedge.Fuzzing;

/// <summary>How files of a format are damaged.</summary>
/// <param name="Structure">Mutators that know the format; they leave checksums and lengths right, mostly.</param>
/// <param name="Words">Bytes that mean something in the format.</param>
internal sealed record Format(IReadOnlyList<Mutator> Structure, params string[] Words)
{
    public static readonly Format Jpeg = new([JpegSegments.Mutate, ExifEntries.Mutate],
        "\u00FF\u00D8", "\u00FF\u00D9", "\u00FF\u00DA", "\u00FF\u00C2", "\u00FF\u00DD\0\u0004\0\u0001", "\u00FF\u00EE\0\u000EAdobe");

    public static readonly Format Png = new([PngChunks.Mutate, ExifEntries.Mutate],
        "IHDR", "IDAT", "IEND", "PLTE", "tRNS", "eXIf", "iCCP", "gAMA", "acTL", "fdAT");

    public static readonly Format Raster = new([], "RIFF", "WEBP", "VP8 ", "VP8L", "VP8X", "ANIM", "EXIF", "BM", "GIF89a", ",", "!\u00F9");

    public static readonly Format Zip = new([ZipFields.Mutate, ZipEntries.Mutate, ZipEntries.MutateContent],
        "PK\u0003\u0004", "PK\u0001\u0002", "PK\u0005\u0006", "PK\u0006\u0006", "PK\u0006\u0007", "../", "/", "\\", ".png");

    public static readonly Format TorchZip = Zip with
    {
        Structure = [.. Zip.Structure, ZipEntries.MutateContent,
        ZipEntries.MutateContent]
    };

    public static readonly Format Pickle = new([PickleOpcodes.Mutate],
        "ctorch._utils\n_rebuild_tensor_v2\n", "ccollections\nOrderedDict\n", "cbuiltins\neval\n", "cos\nsystem\n", "cnumpy\ndtype\n",
        "ctorch\nFloatStorage\n", "ctorch\nSize\n", "ctorch\ndevice\n", "cargparse\nNamespace\n", "\u0080\u0002", "tR", "(", ")", "}", "]");

    public static readonly Format Safetensors = new([SafetensorsHeaders.Mutate, SafetensorsHeaders.Mutate],
        "__metadata__", "dtype", "shape", "data_offsets", "F32", "BF16", "F8_E4M3", "BOOL", "I64", "{", "}", "[]");

    public static readonly Format Json = new([JsonValues.Mutate, JsonValues.Mutate, TextEncodings.Mutate],
        "null", "true", "{}", "[]", "\"\"", "1e999", "-1", "\\ud800", "\\u0000", ",", ":", "{\"", "NaN", "//");

    public static readonly Format Csv = new([CsvCells.Mutate, TextCharacters.Mutate, TextEncodings.Mutate],
        ",", "\"", "\"\"", ";", "\t", "\n", "\r", "\r\n", "path", "label", "split", "train", "test", "=1+1", "\\", "../");

    public static readonly Format Text = new([TextCharacters.Mutate, TextCharacters.Mutate, TextEncodings.Mutate],
        "\n", "\r", " ", "\t", "_", "{}", "&amp;", "&#0;", "&#x110000;", "<|endoftext|>", "<|startoftext|>", "'s", "0");

    /// <summary>Any damage that needs no knowledge of the format.</summary>
    public static IReadOnlyList<Mutator> Bytes { get; } =
    [
        BitFlips.Mutate, Cuts.Truncate, Cuts.Remove, Copies.Repeat, Copies.Splice, BinaryNumbers.Mutate, BinaryNumbers.Mutate,
        DecimalNumbers.Mutate, FormatWords.Insert, FormatWords.Overwrite,
    ];

    /// <summary><see cref="Words"/> as bytes: a character a byte below U+0100, UTF-8 above.</summary>
    public IReadOnlyList<byte[]> Tokens => [.. Words.Select(ToBytes)];

    private static byte[] ToBytes(string word) => (word.All(c => c <= '\u00FF') ? Encoding.Latin1 : Encoding.UTF8).GetBytes(word);
}
