using System.Text.Json;
using Kedge.Clip;
using Kedge.FewShot;
using Kedge.Methods;
using Kedge.Tensors;
using Kedge.Tests.Support;
using TorchSharp;
using static TorchSharp.torch;
using F = TorchSharp.torch.nn.functional;
using Parameter = TorchSharp.Modules.Parameter;

namespace Kedge.Tests.Methods;

/// <summary>The published code's picks, logits, losses and gradients, on a small CLIP.</summary>
public sealed class GoldenAttriClipTests : IDisposable
{
    private const double LogitTolerance = 2e-3, LossTolerance = 1e-4, GradientTolerance = 1e-3; // those that the file states

    private static readonly string[] Names = ["sea lion", "paper boat", "sextant"];
    private static readonly string Released = string.Join(' ', Enumerable.Repeat("x", 3)); // (S − 1) M

    private readonly DisposeScope _scope = NewDisposeScope();
    private readonly SafetensorsFile _golden = SafetensorsFile.Open(TestData.Of("related", "attriclip", "forward.safetensors"));
    private readonly ClipModel _clip = ClipModel.Load(TestData.Small("clip-vit", "openai.fp16.safetensors"));
    private readonly AttriClipOptions _options = new() { Prompts = 4, ContextTokens = 3, Picks = 2 };
    private readonly PromptBank _bank;

    public GoldenAttriClipTests() =>
        _bank = new(new Parameter(_golden.Read("keys")), new Parameter(_golden.Read("prompts")));

    private Tensor Images => _golden.Read("image_features");

    private Tensor Labels => _golden.Read("labels");

    public void Dispose()
    {
        _clip.Dispose();
        _golden.Dispose();
        _scope.Dispose();
    }

    [Fact]
    public void Picks_are_the_largest_scores_in_order()
    {
        Assert.InRange(Distance(_golden.Read("scores"), _bank.Scores(Images)), 0, LossTolerance);
        Assert.Equal(_golden.Read("picks").data<long>().ToArray(), _bank.Pick(Images, 2).data<long>().ToArray());
    }

    [Fact]
    public void Image_features_are_those_of_the_pixels() =>
        Assert.InRange(Distance(Images, _clip.EncodeImage(_golden.Read("pixels"))), 0, LossTolerance);

    [Theory, InlineData("logits", 3), InlineData("seen_logits", 4)]
    public void Logits_are_those_of_each_images_own_texts(string name, int classes)
    {
        using var classifier = Classifier([.. Names.Append("rope ladder").Take(classes)]);
        Assert.InRange(Distance(_golden.Read(name), classifier.Logits(Images)), 0, LogitTolerance);
    }

    [Fact]
    public void The_cross_entropy_and_its_gradient_are_the_published_codes()
    {
        var loss = F.cross_entropy(PlainLogits(), Labels);
        Check("ce", loss);
    }

    [Fact]
    public void The_keys_loss_moves_keys_alone() => Check("key", _bank.KeyLoss(Images, _bank.Pick(Images, 2)));

    [Theory, InlineData("prompt.clean", false), InlineData("prompt.released", true)]
    public void The_prompts_loss_moves_prompts_alone_with_and_without_the_filler(string name, bool filled) =>
        Check(name, PromptLoss(filled));

    [Theory, InlineData("total.clean", false), InlineData("total.released", true)]
    public void The_whole_loss_is_the_weighted_sum(string name, bool filled) => Check(name,
        F.cross_entropy(PlainLogits(), Labels) + _bank.KeyLoss(Images, _bank.Pick(Images, 2)) * 0.7 + PromptLoss(filled) * 0.3);

    [Fact]
    public void One_step_of_the_training_is_a_step_along_the_golden_gradient()
    {
        var options = _options with { Epochs = 1, BatchSize = 4, LearningRate = 5, Filler = Released }; // × 4 images ÷ 20 = 1
        var task = new FewShotTask(new(Images.unsqueeze(0), Labels), new(Names, _clip.ClassFeatures(Names, [new("{}")]),
            _clip.LogitScale, ["{}"]), new() { TextTower = _clip })
        { BalanceClasses = false };
        using var alone = _clip.Prompts([PromptBank.AloneSequence(options)]);
        new AttriClipTraining(options, task, new FitRun(null, default)).Learn(_bank, alone);
        foreach (var (name, learned) in new[] { ("keys", _bank.Keys), ("prompts", _bank.Prompts) })
        {
            var step = _golden.Read(name) - learned.detach();
            Assert.InRange(Relative(_golden.Read($"grad.total.released.{name}"), step), 0, 5 * GradientTolerance);
        }
    }

    private AttriClipClassifier Classifier(IReadOnlyList<string> names) => new(new()
    {
        Method = AttriClip.CatalogName,
        Options = _options.ToJson(),
        ClassNames = names,
        Templates = ["{}"],
        SupportNames = [],
        LogitScale = _clip.LogitScale,
        FeatureWidth = _clip.FeatureWidth,
        Selection = Fitted.NothingSelected,
        Details = JsonSerializer.SerializeToElement(
            new { words = Enumerable.Repeat(new[] { "a", "b", "c" }, 4), tasks = Array.Empty<int>(), promptNames = names }),
        TextTower = _clip,
        Tensors = new Dictionary<string, Tensor>
        {
            ["keys"] = _golden.Read("keys"),
            ["prompts"] = _golden.Read("prompts"),
            ["attributes"] = _golden.Read("prompt_only_features.clean"),
        },
    }, _options);

    /// <summary>Each image by itself, without groups: [B, C].</summary>
    private Tensor PlainLogits()
    {
        var texts = _clip.Prompts(PromptBank.ClassSequences(Names, _options, 2));
        var features = texts.Encode(_bank.Rows(_bank.Pick(Images, 2))); // [B, C, D]
        Assert.InRange(Distance(_golden.Read("text_features"), features.detach()), 0, LossTolerance);
        return (features * Images.unsqueeze(1)).sum(2) * _clip.LogitScale;
    }

    private Tensor PromptLoss(bool filled)
    {
        using var alone = _clip.Prompts([PromptBank.AloneSequence(_options with { Filler = filled ? Released : "" })]);
        return _bank.PromptLoss(alone);
    }

    private void Check(string name, Tensor loss)
    {
        Assert.InRange(Math.Abs(_golden.Read($"loss.{name}").item<float>() - loss.item<float>()), 0, LossTolerance);
        loss.backward();
        foreach (var (parameter, tensor) in new[] { ("keys", _bank.Keys), ("prompts", _bank.Prompts) })
        {
            var expected = _golden.Read($"grad.{name}.{parameter}");
            Assert.InRange(Relative(expected, tensor.grad ?? zeros_like(tensor)), 0, GradientTolerance);
        }
    }

    private static double Distance(Tensor expected, Tensor actual) => (expected - actual).abs().max().item<float>();

    private static double Relative(Tensor expected, Tensor actual) =>
        Distance(expected, actual) / Math.Max(1e-12, expected.abs().max().item<float>());
}
