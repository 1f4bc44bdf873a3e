using Kedge.FewShot;
using Kedge.Methods;
using Kedge.Persistence;
using TorchSharp;
using static TorchSharp.torch;

namespace Kedge.Tests.Persistence;

/// <summary>
/// Files that are no classifier, not ours to read, or damaged by accident or on purpose: each ends with one sentence.
/// </summary>
public class DamagedClassifierFileTests
{
    [Theory]
    [InlineData("version", "4", "'{0}' was written by a newer Kedge (format 4, this one reads up to 3): update Kedge.")]
    [InlineData("version", "one", "'{0}' has the format version 'one', expected 1 to 3: the file is damaged; fit it again.")]
    [InlineData("version", "-1", "'{0}' has the format version '-1', expected 1 to 3: the file is damaged; fit it again.")]
    [InlineData("version", null, "'{0}' has the format version '', expected 1 to 3: the file is damaged; fit it again.")]
    [InlineData("format", "pt", "'{0}' is no classifier: its metadata lack format = kedge-classifier; " +
        "give a file that was saved by a fit.")]
    [InlineData("format", null, "'{0}' is no classifier: its metadata lack format = kedge-classifier; " +
        "give a file that was saved by a fit.")]
    [InlineData("classifier", null, "Opening the classifier '{0}' failed: it has no description; fit it again.")]
    [InlineData("classifier", "null", "Opening the classifier '{0}' failed: its description is damaged (The description is " +
        "null.); fit it again.")]
    public void Wrong_metadata(string key, string? value, string message)
    {
        using var saved = new ClassifierFileTests.Saved();
        saved.Change((_, metadata) =>
        {
            metadata.Remove(key);
            if (value is not null)
                metadata[key] = value;
        });
        Assert.Equal(string.Format(message, saved.Path), saved.OpeningError());
    }

    [Theory]
    [InlineData("\"class 1\"", "\"class 0\"",
        "its description is damaged (The class names are not at least two different texts.); fit it again.")]
    [InlineData("\"class 1\"", "null", "its description is damaged (The class names are not at least two different texts.); fit it again.")]
    [InlineData("\"class 1\",", "", "Restoring a classifier of tip-adapter found 'class_features' as Float32 [3, 16], " +
        "expected Float32 [2, 16]: the file is damaged; fit it again.")]
    [InlineData("[\"a photo of a {}.\"]", "[null]", "its description is damaged (A template is null.); fit it again.")]
    [InlineData("[\"a photo of a {}.\"]", "null", "its description is damaged (")]
    [InlineData("\"logitScale\":10", "\"supportNames\":[null],\"logitScale\":10",
        "its description is damaged (A name of a support image is null.); fit it again.")]
    [InlineData("\"createdBy\"", "\"stated\":{\"activation\":\"Relu\"},\"createdBy\"", "its description is damaged (")]
    [InlineData("\"logitScale\":10", "\"logitScale\":-1", "its description is damaged (The logit scale is -1.); fit it again.")]
    [InlineData("\"logitScale\":10", "\"logitScale\":1e99", "its description is damaged (")]
    [InlineData("\"logitScale\":10", "\"logitScale\":\"10\"", "its description is damaged (")]
    [InlineData("\"logitScale\":10", "\"logitScale\":10,\"logitScale\":10", "its description is damaged (")]
    [InlineData("\"logitScale\":10,", "", "its description is damaged (")]
    [InlineData("\"featureWidth\":16", "\"featureWidth\":0", "its description is damaged (The feature width is 0.); fit it again.")]
    [InlineData("\"featureWidth\":16", "\"featureWidth\":17", "Restoring a classifier of tip-adapter found 'class_features' as Float32 " +
        "[3, 16], expected Float32 [3, 17]: the file is damaged; fit it again.")]
    [InlineData("\"tip-adapter\"", "\"tip-adapter-x\"", "There is no method 'tip-adapter-x': nearest are ")]
    [InlineData("\"tip-adapter\"", "\"zero-shot\"",
        "Reading the options of zero-shot found {\"alpha\":1,\"beta\":5.5,\"balanceClasses\":true}: it takes an object with " +
            "balanceClasses (")]
    [InlineData("\"alpha\":1", "\"alpha\":-1", "The option alpha is -1: it must be from 0 to 1000.")]
    [InlineData("\"alpha\":1", "\"gamma\":1",
        "Reading the options of tip-adapter found {\"gamma\":1,\"beta\":5.5,\"balanceClasses\":true}: it takes an object with " +
            "alpha, beta, balanceClasses (")]
    [InlineData("\"shots\":3", "\"shots\":true", "its description is damaged (")]
    [InlineData("\"fingerprint\":\"sha256:1a2b\"", "\"fingerprint\":null", "its description is damaged (")]
    [InlineData("\"the tests\"}}", "\"the tests\"},\"later\":1}", "its description is damaged (")]
    [InlineData("\"the tests\"}}", "\"the tests\"}", "its description is damaged (")]
    public void A_wrong_description(string text, string other, string message)
    {
        using var saved = new ClassifierFileTests.Saved();
        saved.Change((_, metadata) => metadata["classifier"] = metadata["classifier"].Replace(text, other, StringComparison.Ordinal));
        Assert.StartsWith($"Opening the classifier '{saved.Path}' failed: {message}", saved.OpeningError());
    }

    [Theory]
    [InlineData("\"temperature\":1.5", "\"temperature\":0", "its description is damaged (The temperature is 0.); fit it again.")]
    [InlineData("\"temperature\":1.5", "\"temperature\":1e999", "its description is damaged (")]
    [InlineData("\"temperature\":1.5", "\"temperature\":null", "its description is damaged (")]
    [InlineData("\"temperature\":1.5,", "", "its description is damaged (")]
    [InlineData("\"images\":64", "\"images\":0",
        "its description is damaged (The probabilities are of 0 images in 4 folds.); fit it again.")]
    [InlineData("\"folds\":4", "\"folds\":1", "its description is damaged (The probabilities are of 64 images in 1 folds.); fit it again.")]
    [InlineData("\"expectedError\":0.25",
        "\"expectedError\":2", "its description is damaged (NLL or ECE is missing or out of range.); fit it again.")]
    [InlineData("\"negativeLogLikelihood\":2", "\"negativeLogLikelihood\":-2",
        "its description is damaged (NLL or ECE is missing or out of range.); fit it again.")]
    [InlineData("\"before\":{", "\"earlier\":{", "its description is damaged (")]
    [InlineData("\"errorRate\":0.1", "\"errorRate\":1",
        "its description is damaged (The error rate 1 has a least likeness of 0.5 and a least probability of 0.125.); fit it again.")]
    [InlineData("\"leastLikeness\":0.5", "\"leastLikeness\":-2",
        "its description is damaged (The error rate 0.1 has a least likeness of -2 and a least probability of 0.125.); fit it again.")]
    [InlineData("\"leastLikeness\":0.5,",
        "", "its description is damaged (The error rate 0.1 has a least likeness of  and a least probability of 0.125.); fit it again.")]
    [InlineData("\"leastProbability\":0.125", "\"leastProbability\":1.5",
        "its description is damaged (The error rate 0.1 has a least likeness of 0.5 and a least probability of 1.5.); fit it again.")]
    public void Wrong_probabilities(string text, string other, string message)
    {
        using var saved = new ClassifierFileTests.Saved(card: ClassifierFileTests.Calibrated);
        saved.Change((_, metadata) =>
        {
            Assert.Contains(text, metadata["classifier"]);
            metadata["classifier"] = metadata["classifier"].Replace(text, other, StringComparison.Ordinal);
        });
        Assert.StartsWith($"Opening the classifier '{saved.Path}' failed: {message}", saved.OpeningError());
    }

    [Theory]
    [InlineData("none")]
    [InlineData("shape")]
    [InlineData("type")]
    [InlineData("NaN")]
    public void Wrong_centres(string what)
    {
        using var saved = new ClassifierFileTests.Saved(card: ClassifierFileTests.Calibrated);
        var live = DisposeScopeManager.Statistics.ThreadTotalLiveCount;
        saved.Change((tensors, _) =>
        {
            const string name = "rejection.centres";
            if (what == "none")
                tensors.Remove(name);
            else
                tensors[name] = what switch
                {
                    "shape" => tensors[name][..2],
                    "type" => tensors[name].to(ScalarType.Float64),
                    _ => tensors[name] * float.NaN,
                };
        });
        Assert.Equal($"Opening the classifier '{saved.Path}' failed: its 'rejection.centres' are not finite numbers of Float32 [3, " +
            "16]; fit it again.", saved.OpeningError());
        Assert.Equal(live, DisposeScopeManager.Statistics.ThreadTotalLiveCount);
    }

    [Theory]
    [InlineData("none", "found no tensor 'keys' among ")]
    [InlineData("more", "found the unexpected tensors more: the file is damaged; fit it again.")]
    [InlineData("type", "found 'keys' as Float64 [6, 16], expected Float32 [-1, 16]: the file is damaged; fit it again.")]
    [InlineData("count", "found 'labels' as Int64 [6], expected Int64 [5]: the file is damaged; fit it again.")]
    [InlineData("rank", "found 'keys' as Float32 [6, 16, 1], expected Float32 [-1, 16]: the file is damaged; fit it again.")]
    [InlineData("NaN", "found NaN or infinity in 'keys': the file is damaged; fit it again.")]
    [InlineData("label", "found 'labels' from 3 to 5, expected 0 to 2: the file is damaged; fit it again.")]
    public void Wrong_tensors(string what, string message)
    {
        using var saved = new ClassifierFileTests.Saved();
        saved.Change((tensors, _) =>
        {
            if (what == "none")
                tensors.Remove("keys");
            else if (what == "more")
                tensors["more"] = zeros(1);
            else if (what == "label")
                tensors["labels"] = tensors["labels"] + 3;
            else
                tensors["keys"] = what switch
                {
                    "type" => tensors["keys"].to(ScalarType.Float64),
                    "count" => tensors["keys"][..5],
                    "rank" => tensors["keys"].unsqueeze(2),
                    _ => tensors["keys"].log(),
                };
        });
        Assert.StartsWith($"Opening the classifier '{saved.Path}' failed: Restoring a classifier of tip-adapter {message}",
            saved.OpeningError());
    }

    [Theory]
    [InlineData("sim", "\"details\":{\"anchors\":", "\"details\":{\"words\":", "no anchor words (")]
    [InlineData("sim", "\"details\":{\"anchors\":[\"", "\"details\":{\"anchors\":[\"x\",\"",
        "'anchor.features' as Float32 [1000, 16], expected Float32 [1001, 16]: ")]
    [InlineData("ape", "\"beta\":", "\"bete\":", "no α and β (")]
    [InlineData("fuse[methods=ape]", "\"details\":{\"members\":[", "\"details\":{\"members\":[null,", "2 methods of 1: ")]
    [InlineData("fuse[methods=ape]", "\"details\":{\"members\":[{\"method\":",
        "\"details\":{\"members\":[{\"name\":", "no list of its methods (")]
    public void Wrong_details(string method, string text, string other, string message)
    {
        using var saved = new ClassifierFileTests.Saved(MethodVariant.Parse(method, MethodCatalog.Default).Method);
        saved.Change((_, metadata) =>
        {
            Assert.Contains(text, metadata["classifier"]);
            var place = metadata["classifier"].LastIndexOf(text, StringComparison.Ordinal);
            metadata["classifier"] = metadata["classifier"][..place] + other + metadata["classifier"][(place + text.Length)..];
        });
        Assert.StartsWith($"Opening the classifier '{saved.Path}' failed: Restoring a classifier of {method.Split('[')[0]} found {message}",
            saved.OpeningError());
    }

    [Fact]
    public void Any_flipped_bit_is_found()
    {
        using var saved = new ClassifierFileTests.Saved();
        var bytes = File.ReadAllBytes(saved.Path);
        var random = new Random(1);
        var live = DisposeScopeManager.Statistics.ThreadTotalLiveCount;
        for (var at = 0; at < bytes.Length; at++)
        {
            var bit = (byte)(1 << random.Next(8));
            bytes[at] ^= bit;
            File.WriteAllBytes(saved.Path, bytes);
            Assert.Contains(saved.Path, saved.OpeningError());
            Assert.Throws<KedgeException>(() => ClassifierFile.ReadCard(saved.Path));
            bytes[at] ^= bit;
        }
        Assert.Equal(live, DisposeScopeManager.Statistics.ThreadTotalLiveCount);
    }

    [Fact]
    public void A_flipped_bit_and_a_foreign_note_are_said_so()
    {
        using var saved = new ClassifierFileTests.Saved();
        saved.Change((_, metadata) => metadata["note"] = "mine");
        Assert.Equal($"Opening the classifier '{saved.Path}' failed: it has the unknown metadata 'note', so that it is not as it was " +
            "written; get the file again, or fit it again.", saved.OpeningError());
        saved.Change((_, metadata) => metadata.Remove("note"));
        var bytes = File.ReadAllBytes(saved.Path);
        bytes[^1] ^= 1;
        File.WriteAllBytes(saved.Path, bytes);
        Assert.Equal($"Opening the classifier '{saved.Path}' failed: its content does not have the digest that it carries, so that it " +
            "is not as it was written; get the file again, or fit it again.", saved.OpeningError());
    }

    [Fact]
    public void A_file_without_a_digest_is_read_as_earlier_ones()
    {
        using var saved = new ClassifierFileTests.Saved();
        saved.Change((_, metadata) => Assert.True(metadata.Remove("digest")));
        ClassifierFile.Open(saved.Path).Dispose();
    }

    [Fact]
    public void Logits_beyond_numbers_are_refused()
    {
        using var saved = new ClassifierFileTests.Saved();
        saved.Change((tensors, _) => tensors["class_features"] = tensors["class_features"] * 1e38f);
        using var file = ClassifierFile.Open(saved.Path);
        using var image = nn.functional.normalize(ones(1, 16));
        Assert.Equal("Classifying with tip-adapter gave logits that are NaN or infinite: the classifier is damaged or its fit diverged; " +
            "fit it again.", Assert.Throws<KedgeException>(() => file.Classifier.Logits(image)).Message);
    }

    [Fact]
    public void A_file_cut_short_anywhere_is_refused()
    {
        using var saved = new ClassifierFileTests.Saved();
        var bytes = File.ReadAllBytes(saved.Path);
        for (var length = 0; length < bytes.Length; length += 37)
        {
            File.WriteAllBytes(saved.Path, bytes[..length]);
            Assert.Contains(saved.Path, saved.OpeningError());
        }
    }

    [Theory]
    [InlineData("tip-adapter")]
    [InlineData("sim[anchors=[\"sky\",\"wood\"]]")]
    [InlineData("ape")]
    [InlineData("clip-adapter[epochs=1]")]
    [InlineData("fuse[methods=ape-t[epochs=1],sim[anchors=[\"sky\",\"wood\"]]]")]
    public void A_changed_byte_gives_a_classifier_or_one_sentence_and_leaks_no_tensor(string method)
    {
        using var saved = new ClassifierFileTests.Saved(MethodVariant.Parse(method, MethodCatalog.Default).Method);
        var bytes = File.ReadAllBytes(saved.Path);
        var random = new Random(1);
        var live = DisposeScopeManager.Statistics.ThreadTotalLiveCount;
        for (var i = 0; i < 300; i++)
        {
            var changed = (byte[])bytes.Clone();
            changed[random.Next(bytes.Length)] = (byte)random.Next(256);
            File.WriteAllBytes(saved.Path, changed);
            try
            {
                ClassifierFile.Open(saved.Path).Dispose();
            }
            catch (KedgeException e)
            {
                Assert.Contains(saved.Path, e.Message);
            }
        }
        Assert.Equal(live, DisposeScopeManager.Statistics.ThreadTotalLiveCount);
    }
}
