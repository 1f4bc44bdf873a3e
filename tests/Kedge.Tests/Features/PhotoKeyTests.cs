using System.Security.Cryptography;
using Kedge.Features;
using Kedge.Tests.Support;

namespace Kedge.Tests.Features;

/// <summary>Stores of 0.1.0 serve the photos that it read as they are read now, and no others.</summary>
public class PhotoKeyTests
{
    private static readonly byte[] Progressive = ProgressiveJpeg.Bytes;
    private static readonly byte[] Turned = [.. "MM\0*\0\0\0\b"u8, 0, 1, 0x01, 0x12, 0, 3, 0, 0, 0, 1, 0, 6, 0, 0, 0, 0, 0, 0];

    public static TheoryData<string, byte[]> ReadAsBefore => new()
    {
        { "progressive JPEG", Progressive },
        { "upright JPEG", Pictures.WithOrientation(Progressive, 1) },
        { "PNG", Pictures.Png(1, 1, 8, 0, [7]) },
        { "GIF", Pictures.Gif },
        { "text", [.. "no photo"u8] },
    };

    public static TheoryData<string, byte[]> ReadAnew => new()
    {
        { "progressive JPEG cut short", Progressive[..^40] },
        { "turned JPEG", Pictures.WithOrientation(Progressive, 6) },
        { "turned PNG", Pictures.Png(1, 1, 8, 0, [7], ("eXIf", Turned)) },
    };

    [Theory, MemberData(nameof(ReadAsBefore))]
    public void The_key_of_a_photo_that_is_read_as_before_is_the_hash_of_its_content(string name, byte[] file) =>
        Assert.Equal((name, Convert.ToHexStringLower(SHA256.HashData(file))), (name, Key(file)));

    [Theory, MemberData(nameof(ReadAnew))]
    public void The_key_of_a_photo_that_is_read_otherwise_than_before_is_another(string name, byte[] file)
    {
        Assert.NotEqual((name, Convert.ToHexStringLower(SHA256.HashData(file))), (name, Key(file)));
        Assert.Equal(64, Key(file).Length);
        Assert.NotEqual(Key(file), Key([.. file, 0]));
    }

    private static string Key(byte[] file) => PhotoKey.Compute(file, "photo", SHA256.HashData(file));
}
