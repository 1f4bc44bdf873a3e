using Kedge.Tests.Support;
using SkiaSharp;

namespace Kedge.Tests.Cli;

/// <summary>Photos that are cut short are refused, or used and told of where that is asked for.</summary>
public sealed class CutPhotoTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly string _cut;

    public CutPhotoTests()
    {
        _cut = _folder.Write("photos/cut.jpg", ProgressiveJpeg.Bytes[..^40]);
        _folder.Write("photos/whole.png", Pictures.Encode(Pictures.Blocks(), SKEncodedImageFormat.Png));
    }

    private string Reason => $"Cannot decode '{_cut}': the JPEG file is cut short; copy or download it again, or use it as far as it " +
        "goes (--allow-cut).";

    private string Note => $"Note: 1 photo is cut short and is used as far as it goes:\n  '{_cut}' is cut short.\n";

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void They_are_encoded_as_far_as_they_go_and_not_kept_in_the_cache()
    {
        string[] arguments = ["embed", "--model", PhotoFolder.Clip, "--cache", _folder["cache"], "--images", _folder["photos"],
            "--out", _folder["x.safetensors"]];
        for (var run = 0; run < 2; run++) // the second finds the whole photo in the cache, and not the cut one
        {
            var allowed = CliRun.Of([.. arguments, "--allow-cut"]);
            Assert.Equal((0, Note), (allowed.ExitCode, allowed.Error));
        }
        var refused = CliRun.Of([.. arguments, "--strict"]);
        Assert.Equal((1, $"{Reason}\n"), (refused.ExitCode, refused.Error));
        Assert.Equal($"Note: 1 photo cannot be read and is left out:\n  {Reason}\n", CliRun.Of(arguments).Error);
    }

    [Fact]
    public void They_are_classified_as_far_as_they_go()
    {
        string[] arguments = ["classify", "--model", PhotoFolder.Clip, "--classes", "cat,dog", _cut];
        var allowed = CliRun.Of([.. arguments, "--allow-cut"]);
        Assert.Equal((0, Note), (allowed.ExitCode, allowed.Error));
        Assert.Contains("cat", allowed.Out);
        Assert.Equal(1, CliRun.Of(arguments).ExitCode);
    }
}
