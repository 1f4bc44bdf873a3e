using System.Text.Json;
using Kedge.Tests.Support;

namespace Kedge.Tests.Cli;

public sealed class FieldDataTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    [Fact]
    public void A_name_below_a_root_brings_split_photos_and_template()
    {
        using var field = new FieldFolder();
        string[] from = ["--data", "dtd", "--root", field.Root, "--model", PhotoFolder.Clip, "--cache", _folder["cache"]];
        var tables = CliRun.Done(["compare", .. from, "--methods", "zero-shot", "--shots", "1", "--seeds", "1", "--out", _folder["out"]]);
        Assert.StartsWith("## DTD\n\nTop-1 accuracy in per cent on 1692 test images.\n", tables, StringComparison.Ordinal);
        Assert.Contains("- templates: {} texture.\n", File.ReadAllText(_folder["out/results.md"]), StringComparison.Ordinal);
        CliRun.Done(["compare", .. from, "--methods", "zero-shot", "--shots",
            "1", "--seeds", "1", "--template", "a {}", "--out", _folder["other"]]);
        Assert.Contains("- templates: a {}\n", File.ReadAllText(_folder["other/results.md"]), StringComparison.Ordinal);

        CliRun.Done(["fit", .. from, "--method", "zero-shot", "--shots", "1", "--out", _folder["x.kedge"]]);
        using var info = JsonDocument.Parse(CliRun.Done("evaluate", "--classifier",
            _folder["x.kedge"], "--data", "DTD", "--root", field.Root, "--cache", _folder["cache"], "--json"));
        using var rows = JsonDocument.Parse(
            CliRun.Done(["compare", .. from, "--methods", "zero-shot", "--shots", "1", "--seeds", "1", "--out", _folder["out"], "--json"]));
        const double perCent = 1e-9; // the same double, times 100
        Assert.Equal(100 * info.RootElement.GetProperty("top1").GetDouble(),
            rows.RootElement.GetProperty("rows")[0].GetProperty("accuracy").GetDouble(), perCent);
    }

    [Fact]
    public void What_is_missing_is_said_with_its_place_and_count()
    {
        string Said(params string[] more) => CliRun.Failed(["compare", "--out", _folder["out"], .. more]);
        Assert.Equal("There is no data set 'oxford_dogs' among the field's eleven: nearest are OxfordPets and Flowers102; " +
            "there are ImageNet, Caltech101, OxfordPets, StanfordCars, Flowers102, Food101, " +
            "FGVCAircraft, SUN397, DTD, EuroSAT, UCF101.", Said("--data", "oxford_dogs", "--root", _folder.Path));
        Assert.Equal($"OxfordPets is not whole: there is no {_folder["oxford_pets"]}; expected a folder.",
            Said("--data", "oxford_pets", "--root", _folder.Path));
        _folder.Write("oxford_pets/split_zhou_OxfordPets.json", "{}");
        Assert.Equal($"OxfordPets is not whole: there is no {_folder["oxford_pets/images"]}; expected the folder of its 7,349 images.",
            Said("--data", "oxford_pets", "--root", _folder.Path));
        Assert.Equal("There is no data set at oxford_pets, which is the name of one of the field's: say where these lie (--root).",
            Said("--data", "oxford_pets"));
        Assert.False(Path.Exists(_folder["out"]));
    }

    [Fact]
    public void A_root_leaves_no_place_for_images_elsewhere() => Assert.Equal(
        (2, "--images: not with --root, below which a data set has its own.\nSee: kedge fit --help\n"),
        CliRun.Of("fit", "--data", "dtd", "--root", "data", "--images", "x", "--out", "y") is var run
            ? (run.ExitCode, run.Error)
            : default);

    public void Dispose() => _folder.Dispose();
}
