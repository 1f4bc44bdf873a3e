using System.Text.Json;
using Kedge.Calibration;
using Kedge.FewShot;
using Kedge.Methods;
using Kedge.Persistence;
using Kedge.Tensors;
using Kedge.Tests.Support;
using static TorchSharp.torch;

namespace Kedge.Tests.Persistence;

public class ClassifierFileTests
{
    internal static readonly ClassifierCard Card = new()
    {
        Model = "kedge-mini",
        Fingerprint = "sha256:1a2b",
        Preprocessing = JsonSerializer.SerializeToElement(new { size = 64 }),
        Support = new SupportDescription("clothing", 15, Shots: 3, Seed: 1),
        CreatedBy = "the tests",
    };

    internal static readonly ClassifierCard Calibrated = Card with
    {
        Probabilities = new(1.5, 64, 4, new(2, 0.25), new(1, 0.125), new(0.1, 0.5, 0.125)),
    };

    public static TheoryData<string> Names => [.. MethodCatalog.Default.Names];

    [Theory, MemberData(nameof(Names))]
    public void A_classifier_read_again_gives_the_same_bits_and_says_the_same(string name)
    {
        using var synthetic = SyntheticTask.Even(classes: 5, shots: 3);
        using var path = new TemporaryFolder();
        using var fitted = Method(name).Fit(synthetic.Task, null, TestContext.Current.CancellationToken);
        Save(path["x.kedge"], fitted, Card);
        using var file = ClassifierFile.Open(path["x.kedge"], tower: synthetic.Tower);
        Assert.Equal(fitted.Update?.ByWeight.Keys.Order(), file.Classifier.Update?.ByWeight.Keys.Order());
        using var expected = fitted.Logits(synthetic.Images);
        using var logits = file.Classifier.Logits(synthetic.Images);
        Assert.Equal(expected.data<float>(), logits.data<float>());
        Assert.Equal(Describe(fitted.State), Describe(file.Classifier.State));
        Assert.Equal(JsonSerializer.Serialize(Card), JsonSerializer.Serialize(file.Card));
        Assert.Equal([path["x.kedge"]], path.Entries);
    }

    private static FewShotMethod Method(string name) =>
        name == ClipLora.CatalogName ? new ClipLora(new() { Steps = 30 }) : MethodCatalog.Default.Create(name);

    [Fact]
    public void The_description_reads_as_this()
    {
        using var saved = new Saved();
        using var file = SafetensorsFile.Open(saved.Path);
        Assert.Equal(("kedge-classifier", "1"), (file.Metadata["format"], file.Metadata["version"]));
        Assert.Equal("""
            {"kedgeVersion":"0.1.0","method":"tip-adapter","options":{"alpha":1,"beta":5.5,"balanceClasses":true},"classNames":["class 0","class 1","class 2"],"templates":["a photo of a {}."],"logitScale":10,"featureWidth":16,"selection":"none","details":{"alpha":1,"beta":5.5},"card":{"model":"kedge-mini","fingerprint":"sha256:1a2b","preprocessing":{"size":64},"support":{"data":"clothing","images":15,"shots":3,"seed":1},"createdBy":"the tests"}}
            """, file.Metadata["classifier"]);
        Assert.Equal(["class_features [3, 16]", "keys [6, 16]", "labels [6]", "weights [6]"],
            file.Entries.Values.Select(entry => $"{entry.Name} [{string.Join(", ", entry.Shape)}]").Order());
    }

    [Fact]
    public void The_card_is_read_without_the_tensors()
    {
        using var saved = new Saved();
        SpoilTensors(saved.Path);
        Assert.Throws<KedgeException>(() => ClassifierFile.Open(saved.Path));
        Assert.Equal(JsonSerializer.Serialize(Card), JsonSerializer.Serialize(ClassifierFile.ReadCard(saved.Path)));
    }

    /// <summary>Leaves a classifier's description as it is, and none of its tensors.</summary>
    internal static void SpoilTensors(string path)
    {
        Dictionary<string, string> metadata;
        using (var file = SafetensorsFile.Open(path))
            metadata = new(file.Metadata);
        using var one = ones(1);
        SafetensorsWriter.Write(path, new Dictionary<string, Tensor> { ["x"] = one }, metadata);
    }

    [Fact]
    public void What_is_calibrated_is_of_the_second_version_and_read_again()
    {
        using var saved = new Saved(card: Calibrated);
        using (var file = SafetensorsFile.Open(saved.Path))
        {
            Assert.Equal("2", file.Metadata["version"]);
            Assert.Contains("""
                ,"probabilities":{"temperature":1.5,"images":64,"folds":4,"before":{"negativeLogLikelihood":2,"expectedError":0.25},"after":{"negativeLogLikelihood":1,"expectedError":0.125},"rejection":{"errorRate":0.1,"leastLikeness":0.5,"leastProbability":0.125}},"createdBy":
                """, file.Metadata["classifier"], StringComparison.Ordinal);
        }
        using var read = ClassifierFile.Open(saved.Path);
        Assert.Equal(Calibrated.Probabilities, read.Card.Probabilities);
        var without = Calibrated with { Probabilities = Calibrated.Probabilities! with { Rejection = new(0.001) } };
        using var kept = read.Prototypes!.clone();
        Save(saved.Path, read.Classifier, without, kept);
        using var again = ClassifierFile.Open(saved.Path);
        Assert.Equal(without.Probabilities, again.Card.Probabilities);
        Assert.Equal(kept.data<float>(), again.Prototypes!.data<float>());
        Assert.Throws<ArgumentException>(() => new FittedClassifier(again.Classifier, without, null));
        Assert.Throws<ArgumentException>(() => new FittedClassifier(again.Classifier, Card, kept));
    }

    [Fact]
    public void The_same_classifier_gives_the_same_bytes_and_replaces_a_file()
    {
        using var saved = new Saved();
        var first = File.ReadAllBytes(saved.Path);
        using (var file = ClassifierFile.Open(saved.Path))
            ClassifierFile.Save(saved.Path, file);
        Assert.Equal(first, File.ReadAllBytes(saved.Path));
    }

    [Fact]
    public void A_model_with_other_weights_is_refused()
    {
        using var saved = new Saved();
        using var file = ClassifierFile.Open(saved.Path);
        file.Card.RequireModel(saved.Path, "renamed", "sha256:1a2b");
        Assert.Equal($"The classifier '{saved.Path}' was fitted on kedge-mini (weights sha256:1a2b), " +
            "the model at hand is ViT-B/32 (weights sha256:3c4d): use kedge-mini, or fit again on this one.",
            Assert.Throws<KedgeException>(() => file.Card.RequireModel(saved.Path, "ViT-B/32", "sha256:3c4d")).Message);
    }

    [Fact]
    public void A_folder_that_is_not_there_is_said()
    {
        using var saved = new Saved();
        using var file = ClassifierFile.Open(saved.Path);
        var path = Path.Combine(saved.Path + "-folder", "x.kedge");
        Assert.Contains(path, Assert.Throws<KedgeException>(() => ClassifierFile.Save(path, file)).Message);
        Assert.Contains(path, Assert.Throws<KedgeException>(() => ClassifierFile.Open(path)).Message);
    }

    /// <summary>Writes a classifier whose parts stay the caller's.</summary>
    private static void Save(string path, FewShotClassifier classifier, ClassifierCard card, Tensor? prototypes = null) =>
        ClassifierFile.Save(path, new FittedClassifier(classifier, card, prototypes)); // not disposed: the parts are the caller's

    private static string Describe(ClassifierState state) =>
        JsonSerializer.Serialize(new
        {
            state.Method,
            state.Options,
            state.ClassNames,
            state.Templates,
            state.LogitScale,
            state.FeatureWidth,
            state.Selection,
            state.Details,
        });

    /// <summary>A classifier of three classes in a file; a Tip-Adapter where no other is asked for.</summary>
    internal sealed class Saved : IDisposable
    {
        private readonly TemporaryFolder _file = new();

        public Saved(FewShotMethod? method = null, ClassifierCard? card = null)
        {
            using var synthetic = new SyntheticTask([3, 1, 2]);
            using var classifier = (method ?? new TipAdapter(new() { Alpha = 1, Beta = 5.5 })).Fit(synthetic.Task);
            using var prototypes = card?.Probabilities?.Rejection is null ? null : ClassPrototypes.Compute(synthetic.Task);
            Save(Path, classifier, card ?? Card, prototypes);
        }

        public string Path => _file["x.kedge"];

        /// <summary>Writes the file anew with something changed.</summary>
        public void Change(Action<Dictionary<string, Tensor>, Dictionary<string, string>> change)
        {
            using var scope = NewDisposeScope();
            Dictionary<string, Tensor> tensors;
            Dictionary<string, string> metadata;
            using (var file = SafetensorsFile.Open(Path))
                (tensors, metadata) = (file.Entries.Keys.ToDictionary(name => name, file.Read), new(file.Metadata));
            change(tensors, metadata);
            SafetensorsWriter.Write(Path, tensors, metadata);
        }

        public string OpeningError() => Assert.Throws<KedgeException>(() => ClassifierFile.Open(Path)).Message;

        public void Dispose() => _file.Dispose();
    }
}
