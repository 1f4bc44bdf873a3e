using Kedge.Checkpoints;
using Kedge.Clip;
using Kedge.Clip.Towers;
using Kedge.Data.Captions;
using Kedge.Imaging;
using Kedge.Tensors;
using Kedge.Tests.Support;
using Kedge.Training;
using Kedge.Training.Objectives;
using TorchSharp;
using static TorchSharp.torch;

namespace Kedge.Tests.Training.Objectives;

/// <summary>
/// What trained weights state of themselves, and that training sees the pixels that they are opened with.
/// </summary>
public sealed class PretrainedSettingsTests : IDisposable
{
    private const string Source = "the weights' metadata";

    private static readonly TransformerConfiguration Blocks = new(Width: 32, Layers: 1, Heads: 4, MlpWidth: 64, Activation.Gelu);

    private static readonly ClipConfiguration Transformer = new(16, new VisionTransformerConfiguration(16, 8, Blocks with { Heads = 2 }),
        new TextConfiguration(20, 49_408, Blocks));

    private static readonly ClipConfiguration BasicBlocks = Transformer with { Vision = new BasicResNetConfiguration(32, 4, [1, 1, 1, 1]) };

    private readonly TemporaryFolder _scratch = new();
    private readonly DisposeScope _scope = NewDisposeScope();

    public void Dispose()
    {
        _scope.Dispose();
        _scratch.Dispose();
    }

    [Fact]
    public void Weights_with_gelu_and_other_heads_open_with_their_features_and_no_note()
    {
        using var clip = ClipModel.Load(TinyRun.Run(_scratch.Path, architecture: Transformer));
        Assert.Equal(Transformer, clip.Configuration);
        Assert.Null(clip.Source.Assumed);
        Assert.Equal([(Source, 6), ("the weights", 2)],
            clip.Source.Settings.GroupBy(setting => setting.Source).Select(group => (group.Key!, group.Count())));

        using var trained = ClipInitialisation.Build(Transformer, seed: 1);
        trained.load_state_dict(TinyRun.WeightsIn(_scratch["model.safetensors"]).ToDictionary(entry => entry.Key,
            entry => tensor(entry.Value).reshape(trained.state_dict()[entry.Key].shape)));
        trained.eval();
        var pixels = clip.Preprocess([TinyRun.Pairs[0].Image]);
        Assert.Equal(trained.visual.Forward(pixels).data<float>(), clip.Network.visual.Forward(pixels).data<float>());

        using var assumed = ClipModel.Load(WithoutSettings(_scratch["model.safetensors"]));
        Assert.StartsWith("nothing states the activation (QuickGelu), image heads (1), text heads (1), mean, std, ",
            assumed.Source.Assumed);
        Assert.NotEqual(clip.EncodeImage(pixels).data<float>(), assumed.EncodeImage(pixels).data<float>());
        Assert.NotEqual(clip.Fingerprint, assumed.Fingerprint);
    }

    [Theory, InlineData(true), InlineData(false)]
    public void Training_sees_the_pixels_that_the_model_is_opened_with(bool isBasic)
    {
        var start = Save(isBasic ? BasicBlocks : Transformer);
        using var opened = ClipModel.Load(start);
        var (mean, std) = isBasic ? (new PerChannel(0, 0, 0), new PerChannel(1, 1, 1)) : (new(0.25f, 0.5f, 0), new(0.5f, 1, 2));
        Assert.Equal((mean, std), (opened.Preprocessing.Mean, opened.Preprocessing.Std));
        List<CaptionedImage> pairs = [.. TinyRun.Pairs.Select(pair => pair with { Captions = [pair.Captions[0]] })];
        var images = opened.EncodeImage(opened.Preprocess([.. pairs.Select(pair => pair.Image)]));
        var texts = opened.EncodeText([.. pairs.Select(pair => pair.Captions[0])]);
        var logits = matmul(images, texts.t()) * opened.LogitScale;
        var expected = -(logits.log_softmax(1).diag().mean() + logits.log_softmax(0).diag().mean()).item<float>() / 2;

        var losses = new Losses();
        var trained = new ContrastiveTrainer(start, TinyRun.Options with
        {
            Steps = 1,
            WarmUpSteps = 0,
            LearningRate = double.Epsilon,
            BatchSize = 8,
            ColourJitter = 0, // pictures of one colour: no crop changes them
            AverageDecay = 0,
        }).Run(new(pairs), _scratch["run"], losses, TestContext.Current.CancellationToken);
        Assert.Equal(expected, losses.Single(), tolerance: 1e-4);
        using var reopened = ClipModel.Load(trained);
        Assert.Equal(opened.Preprocessing, reopened.Preprocessing);
        Assert.Null(reopened.Source.Assumed);
    }

    [Fact]
    public void A_run_is_not_resumed_with_other_pixels()
    {
        var start = Save(Transformer);
        Assert.Throws<OperationCanceledException>(() => Run());
        Save(Transformer, mean: 0.5f);
        Assert.Equal($"The run in '{_scratch["run"]}' cannot be resumed: it was started with another mean, std or interpolation; " +
            "ask for the same, or give another folder.", Assert.Throws<KedgeException>(() => Run()).Message);

        void Run() => new ContrastiveTrainer(start, TinyRun.Options).Run(new(TinyRun.Pairs), _scratch["run"],
            cancellation: new CancellationToken(canceled: true));
    }

    [Theory]
    [InlineData("{}", "has no 'activation', which is expected in it; check that it is the right file.")]
    [InlineData("[]", "is a JSON Array where an object is expected; check that it is the right file.")]
    [InlineData("\"gelu\"", "\"relu\"", "states activation = relu, which Kedge does not compute (expected: quick_gelu or gelu); " +
        "use a model without it.")]
    [InlineData("\"text_heads\":4", "\"text_heads\":0", null)]
    [InlineData("\"std\":[0.5,", "\"std\":[0,", "states std = [0, 1, 2], which Kedge does not compute (expected: numbers above 0); " +
        "use a model without it.")]
    [InlineData("\"resolution\":16", "\"resolution\":224", "is of another model than '{0}': resolution is 224 there, " +
        "and 16 in the weights; put the model's own file beside them.")]
    [InlineData("\"resolution\":16", "\"resolution\":16,\"pooling\":1", "states pooling = …, which Kedge does not compute (expected: " +
        "nothing but activation, text_heads, mean, std, interpolation, resolution, context_length, image_heads); use a model without it.")]
    public void Settings_that_make_no_sense_are_refused(string part, string other, string? expected = "")
    {
        var path = Save(Transformer, change: json => expected == "" ? part : json.Replace(part, other, StringComparison.Ordinal));
        var error = Assert.Throws<KedgeException>(() => ClipModel.Load(path)).Message;
        Assert.Equal(expected is null
            ? "Reading a CLIP found 0 attention heads for a tower of width 32: give a divisor of the width (--heads, --text-heads), " +
                "or the model's own configuration."
            : $"'kedge_settings of {path}' " + string.Format(expected == "" ? other : expected, path), error);
    }

    /// <summary>Random weights; a Vision Transformer's with settings of their own, a ResNet's without.</summary>
    private string Save(ClipConfiguration architecture, float mean = 0.25f, Func<string, string>? change = null)
    {
        using var network = ClipInitialisation.Build(architecture, seed: 1);
        var settings = architecture.Vision is BasicResNetConfiguration ? null : RecordedSettings.Write(new DeclaredArchitecture
        {
            VisionHeads = 2,
            TextHeads = 4,
            Activation = Activation.Gelu,
            Preprocessing = new() { Mean = new(mean, 0.5f, 0), Std = new(0.5f, 1, 2), Kernel = ResampleKernel.Bilinear },
        }, resolution: 16, contextLength: 20);
        if (change is not null)
            settings![RecordedSettings.Key] = change(settings[RecordedSettings.Key]);
        SafetensorsWriter.Write(_scratch["start.safetensors"], network.state_dict(), settings);
        return _scratch["start.safetensors"];
    }

    private string WithoutSettings(string path)
    {
        using var file = SafetensorsFile.Open(path);
        SafetensorsWriter.Write(_scratch["old.safetensors"], file.Entries.Keys.ToDictionary(key => key, file.Read));
        return _scratch["old.safetensors"];
    }

    private sealed class Losses : List<double>, IProgress<TrainingProgress>
    {
        public void Report(TrainingProgress value) => Add(value.Latest.Loss);
    }
}
