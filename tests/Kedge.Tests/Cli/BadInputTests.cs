using System.Text.Json;
using Kedge.Tensors;
using Kedge.Tests.Support;
using static TorchSharp.torch;

namespace Kedge.Tests.Cli;

/// <summary>Each ends with one sentence and exit code 1, and leaves nothing half-written.</summary>
public class BadInputTests
{
    [Fact]
    public void A_missing_folder_of_photos()
    {
        using var photos = PhotoFolder.Flat();
        Assert.Equal($"There is no data set at {photos["none"]}; expected a folder, or a .zip, .csv or .json file.",
            Fit(photos, "--data", photos["none"]));
    }

    [Fact]
    public void An_empty_class()
    {
        using var photos = PhotoFolder.Flat();
        Directory.CreateDirectory(Path.Combine(photos.Data, "cloud"));
        Assert.Equal($"The class 'cloud' of {photos.Data} has no training images; add some (jpg, jpeg, png, webp, bmp, gif), " +
            "or take the class away.",
            Fit(photos));
    }

    [Fact]
    public void One_class_only()
    {
        using var photos = PhotoFolder.Flat(photos: 2, "leaf");
        Assert.Equal($"{photos.Data} has only one class, 'leaf'; expected at least two: add photos of what it is to be told from.",
            Fit(photos));
    }

    [Fact]
    public void A_class_with_too_few_photos()
    {
        using var photos = PhotoFolder.Flat(photos: 2);
        Assert.Equal("The class 'apple' has 2 images, too few for 3 shots; add images, or ask for fewer shots (--shots).",
            Fit(photos, "--shots", "3", "--exactly", "true"));
    }

    [Fact]
    public void Unreadable_photos()
    {
        using var photos = PhotoFolder.Flat(photos: 2);
        var text = Path.Combine(photos.Data, "apple", "notes.jpg");
        File.WriteAllText(text, "Not a photo at all.");
        var words = Path.Combine(photos.Data, "apple", "words.jpg");
        File.WriteAllText(words, "Nor is this.");
        Assert.Equal("Cannot extract features: 2 of 8 images cannot be used, more than are left out (of a class in one part one, " +
            $"or under 5 %); repair or remove them: Cannot decode '{text}': it is text; expected JPEG, PNG, WebP, BMP or GIF: " +
            $"put the photo in its place, or take it away; Cannot decode '{words}': it is text; expected JPEG, PNG, WebP, BMP or GIF: " +
            "put the photo in its place, or take it away.", Fit(photos, "--shots", "all"));
    }

    [Fact]
    public void An_unknown_method()
    {
        using var photos = PhotoFolder.Flat();
        Assert.Equal("There is no method 'tip-adaptor': nearest are tip-adapter and tip-adapter-f; there are zero-shot, " +
            "nearest-class-mean, tip-adapter, tip-adapter-f, gda, running-gda, running-ridge, proker, linear-adapter, clap, zs-lp, " +
            "taskres, coop, attriclip, ntlb, plot, calip, vt-clip, prolip, clip-lora, lp++, sim, ape, ape-t, clip-adapter, linear-probe, " +
            "rtos, rtos+, rtos-names, fuse.",
            Fit(photos, "--method", "tip-adaptor"));
    }

    [Fact]
    public void An_unknown_option_of_a_method()
    {
        using var photos = PhotoFolder.Flat();
        Assert.StartsWith("Reading the options of tip-adapter found {\"gamma\":2}: it takes an object with alpha, beta, balanceClasses (",
            Fit(photos, "--method", "tip-adapter", "--option", "gamma=2"));
    }

    [Fact]
    public void A_template_without_a_place_for_the_name()
    {
        using var photos = PhotoFolder.Flat();
        Assert.Equal("The template 'a photo' has 0 places for the class name; expected one {}, as in 'a photo of a {}.'.",
            Fit(photos, "--template", "a photo"));
    }

    [Fact]
    public void A_device_that_is_not_there()
    {
        using var photos = PhotoFolder.Flat();
        Assert.StartsWith("There is no device 'abacus': the libtorch at hand computes on cpu", Fit(photos, "--device", "abacus"));
    }

    [Fact]
    public void A_model_that_is_not_there() => Assert.Equal(
        "There is no model 'kedge-maxi': it is neither a file nor a folder, " +
            "nor a model that Kedge brings (kedge-base, kedge-mini, kedge-mini-scenes); check the name or path.",
            CliRun.Failed("info", "kedge-maxi"));

    [Fact]
    public void Places_that_cannot_be_written_to_are_refused_before_anything_is_encoded()
    {
        using var photos = PhotoFolder.Flat();
        Assert.Equal($"'{photos["none/x.kedge"]}' cannot be written: the folder '{photos["none"]}' does not exist; " +
            "make it or choose another.",
            Fit(photos, "--out", photos["none/x.kedge"]));
        Assert.Equal($"'{photos.Data}' cannot be written: it is a folder; name a file in it.", Fit(photos, "--out", photos.Data));
        Assert.SkipWhen(OperatingSystem.IsWindows(), "There are no device files.");
        Assert.Equal("'/dev/null' cannot be written: it is no regular file; choose another name.", Fit(photos, "--out", "/dev/null"));
    }

    [Fact]
    public void A_missing_image()
    {
        using var photos = Fitted();
        Assert.Equal($"There is no image at '{photos["none.jpg"]}'; expected an image file, a folder or a zip of images.",
            CliRun.Failed("predict", "--classifier", photos["x.kedge"], photos["none.jpg"]));
    }

    [Fact]
    public void A_classifier_of_another_model()
    {
        using var photos = Fitted();
        var other = TestData.Small("clip-rn", "openai.fp16.safetensors");
        Assert.Equal($"The classifier '{photos["x.kedge"]}' was fitted on openai.fp16.safetensors (weights " +
            $"{Fingerprint(PhotoFolder.Clip)}), the model at hand is " +
            $"openai.fp16.safetensors (weights {Fingerprint(other)}): use openai.fp16.safetensors, or fit again on this one.",
            CliRun.Failed("predict", "--classifier", photos["x.kedge"], "--model", other, photos.Data));
    }

    [Fact]
    public void A_classifier_whose_model_has_gone()
    {
        using var photos = PhotoFolder.Flat();
        File.Copy(PhotoFolder.Clip, photos["clip.safetensors"]);
        Fit(photos, exitCode: 0, "--model", photos["clip.safetensors"]);
        File.Delete(photos["clip.safetensors"]);
        Assert.Equal($"The classifier '{photos["x.kedge"]}' was fitted on the model at '{photos["clip.safetensors"]}', " +
            "which is not there: say where it is now (--model).",
            CliRun.Failed("predict", "--classifier", photos["x.kedge"], photos.Data));
        CliRun.Done("predict", "--classifier", photos["x.kedge"], "--model", PhotoFolder.Clip, "--no-cache", photos.Data);
    }

    [Fact]
    public void A_classifier_of_a_newer_version()
    {
        using var photos = Fitted();
        using (NewDisposeScope())
        {
            using var file = SafetensorsFile.Open(photos["x.kedge"]);
            SafetensorsWriter.Write(photos["newer.kedge"], file.Entries.Keys.ToDictionary(name => name, name => file.Read(name)),
                new Dictionary<string, string>(file.Metadata) { ["version"] = "4" });
        }
        Assert.Equal($"'{photos["newer.kedge"]}' was written by a newer Kedge (format 4, this one reads up to 3): update Kedge.",
            CliRun.Failed("predict", "--classifier", photos["newer.kedge"], photos.Data));
    }

    [Fact]
    public void A_classifier_that_is_none()
    {
        using var photos = PhotoFolder.WithParts(photos: 1);
        Assert.Equal($"'{PhotoFolder.Clip}' is no classifier: its metadata lack format = kedge-classifier; " +
            "give a file that was saved by a fit.",
            CliRun.Failed("evaluate", "--classifier", PhotoFolder.Clip, "--data", photos.Data));
    }

    [Fact]
    public void Data_without_a_test_part()
    {
        using var photos = Fitted();
        Assert.Equal($"The data set '{photos.Data}' has no test part (train 6, validation 0, test 0 images): " +
            "lay its photos out as train/CLASS/… and test/CLASS/…, or choose another part with --split.",
            CliRun.Failed("evaluate", "--classifier", photos["x.kedge"], "--data", photos.Data));
        var run = CliRun.Of("evaluate", "--classifier", photos["x.kedge"], "--data", photos.Data, "--split", "all", "--no-cache");
        Assert.Equal((0, "Note: the part 'all' may hold the very photos that the classifier was fitted on; " +
            "their accuracy says little about new ones.\n"), (run.ExitCode, run.Error));
    }

    [Fact]
    public void A_class_that_the_classifier_does_not_know()
    {
        using var photos = PhotoFolder.Flat(photos: 1, "apple", "leaf");
        Fit(photos, exitCode: 0);
        photos.Add("sea_lion", 1);
        Assert.Equal("Evaluating found the class 'sea_lion', which the classifier does not know: it knows apple, leaf. " +
            "Take the class away, or fit again with it.",
            CliRun.Failed("evaluate", "--classifier", photos["x.kedge"], "--data", photos.Data, "--split", "all", "--no-cache"));
    }

    [Fact]
    public void One_name_or_the_same_twice_to_choose_from()
    {
        using var photos = PhotoFolder.Flat();
        Assert.Equal("Making a few-shot task found 1 class name(s): it needs at least 2.",
            CliRun.Failed("classify", "--model", PhotoFolder.Clip, "--classes", "cat", photos.Data));
        Assert.Equal("Making a few-shot task found the class name 'cat' 2 times: it needs different names.",
            CliRun.Failed("classify", "--model", PhotoFolder.Clip, "--classes", "cat,cat", photos.Data));
    }

    [Fact]
    public void Details_come_with_verbose_alone()
    {
        var run = CliRun.Of("info", "kedge-maxi", "--verbose");
        Assert.Equal((1, ""), (run.ExitCode, run.Out));
        Assert.Contains("\n   at Kedge.", run.Error);
    }

    private static PhotoFolder Fitted()
    {
        var photos = PhotoFolder.Flat();
        Fit(photos, exitCode: 0);
        return photos;
    }

    private static string Fit(PhotoFolder photos, params string[] more) => Fit(photos, exitCode: 1, more);

    private static string Fit(PhotoFolder photos, int exitCode, params string[] more)
    {
        Dictionary<string, string> options = new()
        {
            ["--data"] = photos.Data,
            ["--model"] = PhotoFolder.Clip,
            ["--method"] = "nearest-class-mean",
            ["--shots"] = "1",
            ["--cache"] = photos.Cache,
            ["--out"] = photos["x.kedge"],
        };
        foreach (var pair in more.Chunk(2))
            options[pair[0]] = pair[1];
        string[] arguments = ["fit", .. options.SelectMany(option => (string[])[option.Key, option.Value])];
        if (exitCode == 0)
            return CliRun.Done(arguments);
        var error = CliRun.Failed(arguments);
        Assert.Empty(Directory.EnumerateFiles(Path.GetDirectoryName(photos.Data)!));
        Assert.False(Directory.Exists(photos.Cache));
        return error;
    }

    private static string Fingerprint(string model) =>
        JsonDocument.Parse(CliRun.Done("info", model, "--json")).RootElement.GetProperty("fingerprint").GetString()!;
}
