using Kedge.Imaging;
using Kedge.Tests.Support;

namespace Kedge.Tests.Imaging;

/// <summary>A codec of a format of this test alone.</summary>
public class ImageCodecTests
{
    [Fact]
    public void A_codec_that_is_added_decodes_its_format_within_the_limit_of_pixels()
    {
        ImageCodec.Add(new FlatCodec());
        byte[] file = [.. "kedge-flat"u8, 3, 2];
        var image = ImageDecoder.Decode(file, "a.flat");
        ImageDecoderTests.AssertSame(Pictures.Draw(3, 2, (_, _) => (131, 131, 255)), image); // alpha 128 over white
        using (var parts = ImageDecoder.Open(file, "a.flat", new() { Alpha = AlphaRule.Drop }))
            Assert.Equal([7, 255, 128], [parts.Colours.Pixels[0], parts.Colours.Pixels[2], parts.Alpha!.Pixels[0]]);
        Assert.Equal("Cannot decode 'a.flat': it is 3 × 2 pixels, more than the 5 allowed; scale it down, or raise the limit if you " +
            "trust the file.", Assert.Throws<KedgeException>(() => ImageDecoder.Decode(file, "a.flat", new() { MaxPixels = 5 })).Message);
        Assert.Equal("Cannot decode 'a.flat': the flat file is damaged; copy it again.",
            Assert.Throws<KedgeException>(() => ImageDecoder.Decode("kedge-flat"u8, "a.flat")).Message);
        Assert.True(PhotoEndings.AreRead("A.FLAT"));
    }

    private sealed class FlatCodec : ImageCodec
    {
        private const int Signature = 10;

        public override IReadOnlyList<string> Endings => [".flat"];

        public override bool CanDecode(ReadOnlySpan<byte> bytes) => bytes.StartsWith("kedge-flat"u8);

        public override (int Width, int Height) Measure(byte[] bytes) => bytes.Length == Signature + 2
            ? (bytes[Signature], bytes[Signature + 1])
            : throw new KedgeException("the flat file is damaged; copy it again.");

        public override byte[] Decode(byte[] bytes) => [.. Enumerable.Repeat((byte[])[7, 7, 255, 128], 6).SelectMany(pixel => pixel)];
    }
}
