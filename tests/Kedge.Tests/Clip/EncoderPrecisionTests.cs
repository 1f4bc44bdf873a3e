using Kedge.Clip;
using Kedge.Data;
using Kedge.Features;
using Kedge.Runtime;
using Kedge.Tests.Support;
using static TorchSharp.torch;

namespace Kedge.Tests.Clip;

public class EncoderPrecisionTests
{
    private const float LeastCosine = 0.999f; // of features in bfloat16 to those in float32

    private static readonly string Vit = TestData.Small("clip-vit", "openai.fp16.safetensors");
    private static readonly string ResNet = TestData.Small("clip-rn", "openai.fp16.safetensors");

    public static TheoryData<string> Models => [Vit, ResNet, "kedge-mini", "kedge-mini-scenes"];

    [Theory]
    [InlineData(EncoderPrecision.Auto, true, EncoderPrecision.BFloat16)]
    [InlineData(EncoderPrecision.Auto, false, EncoderPrecision.Float32)]
    [InlineData(EncoderPrecision.BFloat16, true, EncoderPrecision.BFloat16)]
    [InlineData(EncoderPrecision.Float32, true, EncoderPrecision.Float32)]
    internal void Auto_is_what_the_processor_multiplies_best(EncoderPrecision asked, bool processor, EncoderPrecision expected) =>
        Assert.Equal(expected, EncoderPrecisions.Resolve(asked, CPU, processor));

    [Fact]
    public void A_processor_without_bfloat16_says_so_and_what_to_take() => Assert.Equal(
        "Encoding photos in bfloat16 is not possible: this processor has no bfloat16 instructions (AVX-512 BF16 or AMX); " +
            "take float32, or auto.",
        Assert.Throws<KedgeException>(() => EncoderPrecisions.Resolve(EncoderPrecision.BFloat16, CPU, processor: false)).Message);

    [Theory, MemberData(nameof(Models))]
    public void Features_in_bfloat16_are_nearly_parallel_to_those_in_float32(string model)
    {
        Assert.SkipUnless(ProcessorFeatures.HasBFloat16, "The processor does not multiply bfloat16.");
        using var scope = NewDisposeScope();
        using var exact = ClipModel.Load(model);
        using var fast = ClipModel.Load(model, device: null, ScalarType.BFloat16);
        var pixels = exact.Preprocess(ImageFiles.Open([TestData.Small("images")]));
        var cosines = (exact.EncodeImage(pixels) * fast.EncodeImage(pixels)).sum(-1);
        Assert.InRange(cosines.min().item<float>(), LeastCosine, 1.00001f);
        Assert.Equal(exact.EncodeText(["a red leaf"]), fast.EncodeText(["a red leaf"]));
    }

    [Fact]
    public void Features_of_two_precisions_are_cached_apart_and_classifiers_know_one_model()
    {
        Assert.SkipUnless(ProcessorFeatures.HasBFloat16, "The processor does not multiply bfloat16.");
        using var exact = ClipModel.Load(Vit);
        using var fast = ClipModel.Load(Vit, device: null, precision: null);
        Assert.Equal((ScalarType.Float32, ScalarType.BFloat16), (exact.Precision, fast.Precision));
        Assert.Equal(exact.Fingerprint, fast.Fingerprint);
        Assert.Equal([$"{exact.Fingerprint} float32 2", $"{exact.Fingerprint} bfloat16 2"],
            new IImageEncoder[] { exact, fast }.Select(encoder => encoder.Fingerprint));
        Assert.Equal([exact.Fingerprint], ((IImageEncoder)exact).EarlierFingerprints); // of 0.1.0
        Assert.Empty(((IImageEncoder)fast).EarlierFingerprints);
    }
}
