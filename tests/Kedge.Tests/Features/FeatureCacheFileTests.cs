using Kedge.Features;
using Kedge.Tests.Support;

namespace Kedge.Tests.Features;

public class FeatureCacheFileTests
{
    [Fact]
    public void Any_flipped_bit_is_found()
    {
        using var folder = new TemporaryFolder();
        var content = new string('a', 64);
        FeatureCacheFile.Write(folder.Path, "a model", [new(content, [0.6f, 0.8f])]);
        var path = Assert.Single(folder.Entries);
        var sound = FeatureCacheFile.Read(path, "a model", rowLength: 2);
        Assert.Equal((null, content), (sound.Fault, Assert.Single(sound.Rows).Key));
        var bytes = File.ReadAllBytes(path);
        for (var bit = 0; bit < 8 * bytes.Length; bit++)
        {
            bytes[bit / 8] ^= (byte)(1 << (bit % 8));
            File.WriteAllBytes(path, bytes);
            Assert.NotNull(FeatureCacheFile.Read(path, "a model", rowLength: 2).Fault);
            bytes[bit / 8] ^= (byte)(1 << (bit % 8));
        }
    }
}
