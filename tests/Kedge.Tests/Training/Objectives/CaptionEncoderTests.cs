using Kedge.Clip.Towers;
using Kedge.Tests.Support;
using Kedge.Text;
using Kedge.Training.Objectives;
using static TorchSharp.torch;

namespace Kedge.Tests.Training.Objectives;

public class CaptionEncoderTests
{
    /// <summary>Sums in another order, in single precision.</summary>
    private const float Rounding = 2e-6f;

    [Fact]
    public void Captions_of_all_lengths_have_the_features_that_each_has_alone()
    {
        using var scope = NewDisposeScope();
        using var network = ClipInitialisation.Build(TinyRun.Architecture, seed: 1);
        string[] captions = [.. Enumerable.Range(0, 120).Select(i => string.Join(' ', Enumerable.Repeat("red star", 1 + (i * 7 % 45))))];
        var together = CaptionEncoder.Encode(network, captions, CPU);
        for (var i = 0; i < captions.Length; i += 17)
        {
            var alone = network.EncodeText(TokenBatch.From([ClipTokenizer.Default.Encode(captions[i], 77, truncate: true)], CPU));
            Assert.True((together[i] - alone[0]).abs().max().item<float>() < Rounding);
        }
    }
}
