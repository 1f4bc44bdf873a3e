using System.Buffers.Binary;
using Kedge.Imaging;
using Kedge.Tests.Support;
using SkiaSharp;

namespace Kedge.Tests.Imaging;

/// <summary>
/// The orientation in the EXIF of all formats that have any; a picture of 48 × 32 pixels shows it by its sides.
/// </summary>
public class ExifTests
{
    private const ushort Byte = 1, Short = 3, Long = 4;

    [Theory]
    [InlineData(Short, false)]
    [InlineData(Short, true)]
    [InlineData(Long, false)]
    [InlineData(Long, true)]
    [InlineData(Byte, true)]
    public void It_is_read_from_all_formats_in_both_byte_orders(ushort type, bool isLittle)
    {
        var block = Block(6, type, isLittle);
        AssertTurned(Png(before: block));
        AssertTurned(Png(after: block));
        AssertTurned(WebP(Pictures.Blocks(), block));
        AssertTurned(WebP(Pictures.Blocks(), [.. "Exif\0\0"u8, .. block]));
        AssertTurned(Jpeg([.. "Exif\0\0"u8, .. block]));
        AssertTurned([.. ProgressiveJpeg.Bytes[..2], .. App1([.. "Exif\0\0"u8, .. block]), .. ProgressiveJpeg.Bytes[2..]]);
    }

    [Fact]
    public void A_png_is_turned_as_a_jpeg_is()
    {
        var upright = Pictures.Blocks();
        var turned = ImageDecoder.Decode(Png(before: Block(6)), "photo");
        ImageDecoderTests.AssertSame(Orientation.Upright(upright, SKEncodedOrigin.RightTop), turned);
        ImageDecoderTests.AssertSame(upright, ImageDecoder.Decode(Png(before: Block(6)), "photo", new() { ApplyOrientation = false }));
    }

    [Fact]
    public void The_first_of_several_application_segments_that_states_one_counts()
    {
        byte[] packet = [.. "http://ns.adobe.com/xap/1.0/\0<x/>"u8];
        byte[] silent = [.. "Exif\0\0"u8, .. Block(6)[..8], 0, 0];
        byte[] six = [.. "Exif\0\0"u8, .. Block(6)], one = [.. "Exif\0\0"u8, .. Block(1)];
        AssertTurned(Jpeg(packet, six));
        AssertTurned(Jpeg(silent, six));
        AssertTurned(Jpeg(six, one));
        Assert.Equal(48, ImageDecoder.Decode(Jpeg(one, six), "photo").Width);
    }

    [Fact]
    public void What_is_broken_is_as_if_it_were_not_there()
    {
        var good = Block(6);
        byte[][] broken =
        [
            [], good[..8], good[..12], Block(9), Block(0), Block(70_000, Long), Block(6, type: 2), [.. "XX"u8, .. good[2..]],
            [.. good[..4], 0xFF, 0xFF, 0xFF, 0xFF, .. good[8..]], [.. good[..8], 0xFF, 0xFF],
        ];
        foreach (var block in broken)
        {
            Assert.Equal(48, ImageDecoder.Decode(Png(before: block), "photo").Width);
            Assert.Equal(48, ImageDecoder.Decode(Jpeg([.. "Exif\0\0"u8, .. block]), "photo").Width);
            Assert.Equal(48, ImageDecoder.Decode(WebP(Pictures.Blocks(), block), "photo").Width);
        }
        var random = new Random(3);
        for (var trial = 0; trial < 200; trial++)
        {
            random.NextBytes(good.AsSpan(random.Next(good.Length)));
            Assert.InRange(ImageDecoder.Decode(Png(before: good), "photo").Width, 32, 48);
        }
    }

    /// <summary>A TIFF structure with the orientation as its only entry.</summary>
    internal static byte[] Block(int orientation, ushort type = Short, bool isLittle = false)
    {
        var value = Number((uint)orientation, type == Long ? 4 : type == Short ? 2 : 1, isLittle);
        return
        [
            .. isLittle ? "II"u8 : "MM"u8, .. Number(42, 2, isLittle), .. Number(8, 4, isLittle), .. Number(1, 2, isLittle),
            .. Number(0x0112, 2, isLittle), .. Number(type, 2, isLittle), .. Number(1, 4, isLittle),
            .. value, .. new byte[4 - value.Length], .. new byte[4],
        ];
    }

    /// <summary>A lossless picture in the extended form of WebP, with an EXIF chunk behind it.</summary>
    internal static byte[] WebP(RgbImage image, byte[] exif)
    {
        var simple = Pictures.Encode(image, SKEncodedImageFormat.Webp);
        var width = Number((uint)image.Width - 1, 3, isLittle: true);
        var height = Number((uint)image.Height - 1, 3, isLittle: true);
        byte[] body =
        [
            .. "WEBP"u8, .. RiffChunk("VP8X"u8, [0x08, 0, 0, 0, .. width, .. height]), .. simple[12..], .. RiffChunk("EXIF"u8, exif),
        ];
        return [.. "RIFF"u8, .. Number((uint)body.Length, 4, isLittle: true), .. body];
    }

    private static byte[] Png(byte[]? before = null, byte[]? after = null)
    {
        var png = Pictures.Encode(Pictures.Blocks(), SKEncodedImageFormat.Png);
        const int end = 12, header = 8 + 25;
        return
        [
            .. png[..header], .. before is null ? [] : Pictures.Chunk("eXIf", before), .. png[header..^end],
            .. after is null ? [] : Pictures.Chunk("eXIf", after), .. png[^end..],
        ];
    }

    private static byte[] Jpeg(params byte[][] segments)
    {
        var jpeg = Pictures.Encode(Pictures.Blocks(), SKEncodedImageFormat.Jpeg);
        return [.. jpeg[..2], .. segments.SelectMany(App1), .. jpeg[2..]];
    }

    private static byte[] App1(byte[] body) => [0xFF, 0xE1, .. Number((uint)body.Length + 2, 2, isLittle: false), .. body];

    private static byte[] RiffChunk(ReadOnlySpan<byte> type, byte[] data) =>
        [.. type, .. Number((uint)data.Length, 4, isLittle: true), .. data, .. new byte[data.Length % 2]];

    private static byte[] Number(uint value, int length, bool isLittle)
    {
        var bytes = new byte[4];
        BinaryPrimitives.WriteUInt32LittleEndian(bytes, value);
        return [.. isLittle ? bytes[..length] : bytes[..length].Reverse()];
    }

    private static void AssertTurned(byte[] file)
    {
        var image = ImageDecoder.Decode(file, "photo");
        Assert.Equal((32, 48), (image.Width, image.Height));
    }
}
