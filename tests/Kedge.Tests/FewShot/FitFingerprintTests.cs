using System.Text;
using Kedge.FewShot;
using Kedge.Methods;
using Kedge.Tensors;
using static TorchSharp.torch;

namespace Kedge.Tests.FewShot;

public class FitFingerprintTests
{
    [Fact]
    public void Covers_the_method_and_the_task_as_it_always_did()
    {
        using var scope = NewDisposeScope();
        var (images, labels, classes) = (eye(3, 4).unsqueeze(0), tensor([0L, 1, 1]), eye(2, 4));
        var task = new FewShotTask(new(images, labels), new(["cat", "dog"], classes, 100, ["a {}."]));
        var version = typeof(FewShotTask).Assembly.GetName().Version;
        var json = $"{{\"Version\":\"{version}\",\"Name\":\"gda\",\"Options\":{{\"alpha\":2,\"priorShare\":null,\"balanceClasses\":true}},"
            + "\"ClassNames\":[\"cat\",\"dog\"],\"Templates\":[\"a {}.\"],"
            + "\"LogitScale\":100,\"Views\":1,\"SupportCount\":3,\"FeatureWidth\":4,\"Tower\":null,\"Anchors\":null,\"Device\":\"CPU\"}";
        using var expected = new FingerprintBuilder();
        Assert.Equal(expected.Append(Encoding.UTF8.GetBytes(json)).Append([images, labels, classes]).Complete(),
            FitFingerprint.Compute(new Gda(new() { Alpha = 2 }), task));
    }
}
