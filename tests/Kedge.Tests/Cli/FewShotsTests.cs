using Kedge.Tests.Support;

namespace Kedge.Tests.Cli;

public class FewShotsTests
{
    [Fact]
    public void The_first_documented_command_works_on_three_and_two_photos_with_one_note()
    {
        using var photos = PhotoFolder.Flat(photos: 2, "apple");
        photos.Add("leaf", 3);
        string[] fit = ["fit", "--data", photos.Data, "--out", photos["x.kedge"], "--model", PhotoFolder.Clip, "--option", "steps=2",
            "--method", "rtos", "--no-cache"];
        var run = CliRun.Of(fit);
        Assert.Equal((0, "Note: 2 classes have fewer than 16 images, and all of these are learned from: apple (2), leaf (3).\n"),
            (run.ExitCode, run.Error));
        Assert.Contains("support images              5 of photos (up to 16 shots, seed 1), 5 of them encoded now\n", run.Out);
        Assert.Equal("The class 'apple' has 2 images, too few for 16 shots; add images, or ask for fewer shots (--shots).",
            CliRun.Failed([.. fit, "--exactly"]));
        Assert.Contains("support images              4 of photos (2 shots, seed 1), 4 of them encoded now\n",
            CliRun.Done([.. fit, "--shots", "2"]));
    }

    [Fact]
    public void A_comparison_has_its_shots_exactly_as_its_columns_say()
    {
        using var photos = PhotoFolder.WithParts(photos: 2);
        Assert.Equal("The class 'apple' has 2 images, too few for 3 shots; add images, or ask for fewer shots (--shots).",
            CliRun.Failed("compare", "--data", photos.Data, "--model", PhotoFolder.Clip, "--methods", "zero-shot", "--shots", "3",
                "--out", photos["out"]));
    }
}
