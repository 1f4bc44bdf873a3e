using System.Text.Json;
using Kedge.Clip;
using Kedge.Data;
using Kedge.Experiments;
using Kedge.FewShot;
using Kedge.Methods;
using Kedge.Tests.Support;
using TorchSharp;
using static TorchSharp.torch;

namespace Kedge.Tests.Methods;

/// <summary>
/// A method that the package does not have, as somebody outside would write it: eng/package-check holds the
/// same by public members alone.
/// </summary>
public sealed class OutsideMethodTests : IDisposable
{
    private readonly PhotoFolder _photos = PhotoFolder.WithParts();
    private readonly ClipModel _clip = ClipModel.Load(PhotoFolder.Clip);
    private readonly MethodCatalog _catalog =
        MethodCatalog.Default.With<CentredMeanOptions>(CentredMean.CatalogName, options => new CentredMean(options));

    private ImageDataset Dataset => DatasetReader.Open(_photos.Data);

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    public void Dispose()
    {
        _clip.Dispose();
        _photos.Dispose();
    }

    [Fact]
    public void It_is_fitted_on_photos_saved_and_opened_again()
    {
        var path = _photos["outside.kedge"];
        using var fitted =
            ImageClassifier.Fit(_clip, Dataset, new() { Method = new CentredMean(new() { Centre = 0.5 }), Shots = 2 }, cancellation: Stop);
        fitted.Save(path);
        using var opened = ImageClassifier.Load(path, _clip, _catalog);
        var images = Dataset.Test.Select(image => image.Image).ToArray();
        Assert.Equal(
            fitted.Predict(images, cancellation: Stop).SelectMany(prediction => prediction.Classes),
            opened.Predict(images, cancellation: Stop).SelectMany(prediction => prediction.Classes));
        Assert.Equal("""{"centre":0.5,"balanceClasses":true}""", opened.Classifier.State.Options.GetRawText());
    }

    [Fact]
    public void A_catalog_without_it_says_so()
    {
        var path = _photos["outside.kedge"];
        using (var fitted = ImageClassifier.Fit(_clip, Dataset, new() { Method = new CentredMean(new()), Shots = 2 }, cancellation: Stop))
            fitted.Save(path);
        Assert.StartsWith($"Opening the classifier '{path}' failed: There is no method 'centred-mean'",
            Assert.Throws<KedgeException>(() => ImageClassifier.Load(path, _clip)).Message);
    }

    [Fact]
    public void It_is_compared_with_its_options_and_fused_with_others()
    {
        using var synthetic = SyntheticTask.Even(classes: 4, shots: 2);
        var methods = MethodVariant.ParseList("zero-shot,centred-mean[centre=0.25],fuse[methods=centred-mean,zero-shot]", _catalog);
        var task = new ComparisonTask("drawn", 2, 1, "drawn", "drawn", "drawn",
            synthetic.Task, new(synthetic.Images, tensor(synthetic.QueryLabels.Select(label => (long)label).ToArray())));
        using var log = ComparisonLog.Open(_photos["log"]);
        var rows = new Comparison(methods, [task]).Run(log, cancellation: Stop);
        Assert.Equal(["zero-shot", "centred-mean[centre=0.25]", "fuse[methods=centred-mean,zero-shot]"], rows.Select(row => row.Method));
        Assert.All(rows, row => Assert.Null(row.Error));
    }

    [Theory]
    [InlineData("zero-shot")]
    [InlineData("all")]
    [InlineData("a,b")]
    [InlineData("")]
    public void A_name_that_lists_could_not_hold_is_refused(string name) =>
        Assert.Throws<ArgumentException>(() => MethodCatalog.Default.With<NoOptions>(name, _ => new NearestClassMean()));

    [Fact]
    public void A_method_of_another_name_than_its_entry_is_refused()
    {
        var catalog = MethodCatalog.Default.With<NoOptions>("other", _ => new NearestClassMean());
        Assert.Throws<ArgumentException>(() => catalog.Create("other"));
        Assert.Contains("other", Assert.Throws<KedgeException>(() => catalog.Create("othre")).Message, StringComparison.Ordinal);
    }

    private sealed record CentredMeanOptions : MethodOptions
    {
        public double Centre { get; init; } = 1;

        protected internal override void Check() => Require(Centre, 0, 1, nameof(Centre));
    }

    /// <summary>Nearest class mean after the mean of all support images was subtracted from them.</summary>
    private sealed class CentredMean(CentredMeanOptions options) : FewShotMethod(CatalogName, options)
    {
        public const string CatalogName = "centred-mean";

        protected override Fitted FitCore(FewShotTask task, FitRun run)
        {
            var images = task.Support.Features[0];
            using Scalar share = options.Centre;
            var centred = images - images.mean([0]).mul(share);
            var sums = zeros(task.Classes.Count, task.FeatureWidth).index_add_(0, task.Support.Labels, centred, 1);
            return new Fitted(new Dictionary<string, Tensor> { ["means"] = nn.functional.normalize(sums, dim: 1) },
                Fitted.NothingSelected, JsonSerializer.SerializeToElement(new { }));
        }

        protected override FewShotClassifier RestoreCore(ClassifierState state) => new Means(state);

        private sealed class Means(ClassifierState state) : FewShotClassifier(state)
        {
            private readonly Tensor _means = state.Take("means", ScalarType.Float32, state.ClassNames.Count, state.FeatureWidth);

            protected override Tensor LogitsCore(Kedge.Features.ImageFeatures images) => matmul(images.Image, _means.T);
        }
    }
}
