using System.IO.Compression;
using Kedge.Tests.Support;

namespace Kedge.Tests.Cli;

/// <summary><c>--folders</c>: what the folders of a data set are, where their names leave it open.</summary>
public sealed class FoldersOptionTests : IDisposable
{
    private readonly PhotoFolder _photos = new();

    public void Dispose() => _photos.Dispose();

    [Fact]
    public void A_zip_in_doubt_is_fitted_and_evaluated_once_the_user_has_said_what_its_folders_are()
    {
        foreach (var name in PhotoFolder.Classes)
        {
            _photos.Add($"rps/{name}", 2);
            _photos.Add($"rps-test-set/{name}", 2);
        }
        ZipFile.CreateFromDirectory(_photos.Data, _photos["rps.zip"]);
        string[] fit = ["fit", "--data", _photos["rps.zip"], "--model", PhotoFolder.Clip, "--method", "nearest-class-mean", "--no-cache",
            "--shots", "all", "--out", _photos["x.kedge"]];
        Assert.EndsWith("say what they are (--folders parts or --folders classes), or move or rename one.", CliRun.Failed(fit));
        CliRun.Done([.. fit, "--folders", "parts"]);
        Assert.Contains("6 images", CliRun.Done("evaluate", "--classifier", _photos["x.kedge"], "--data", _photos["rps.zip"],
            "--folders", "parts", "--no-cache"), StringComparison.Ordinal);
        Assert.Contains("\"classNames\":[\"rps\",\"rps-test-set\"]",
            CliRun.Done([.. fit, "--folders", "classes", "--json"]), StringComparison.Ordinal);
    }
}
