using System.Text;
using Kedge.Clip;
using Kedge.Clip.Towers;
using Kedge.Tests.Support;

namespace Kedge.Tests.Clip;

public class ClipPresetTests
{
    /// <summary>The trained numbers of each published model, as its released state dictionary has them.</summary>
    public static TheoryData<string, long> ParameterCounts => new()
    {
        { "RN50", 102_007_137 },
        { "RN101", 119_688_033 },
        { "RN50x4", 178_300_601 },
        { "RN50x16", 290_979_217 },
        { "RN50x64", 623_258_305 },
        { "ViT-B/32", 151_277_313 },
        { "ViT-B/16", 149_620_737 },
        { "ViT-L/14", 427_616_513 },
        { "ViT-L/14@336px", 427_944_193 },
    };

    [Theory]
    [MemberData(nameof(ParameterCounts))]
    public void Presets_have_the_published_number_of_parameters(string preset, long count)
    {
        using var network = new ClipNetwork(Weights.Meta, ClipPresets.All[preset]);
        Assert.Equal(count, network.parameters().Sum(parameter => parameter.numel()));
    }

    [Theory]
    [MemberData(nameof(ParameterCounts))]
    public void Keys_and_shapes_are_those_of_the_snapshot(string preset, long count)
    {
        using var network = new ClipNetwork(Weights.Meta, ClipPresets.All[preset]);
        Assert.True(count > 0);
        Snapshot.Match(KeysAndShapes(network), "Clip", $"{preset.Replace('/', '-').Replace('@', '-')}.keys.txt");
    }

    [Fact]
    public void The_meta_device_holds_no_numbers()
    {
        using var network = new ClipNetwork(Weights.Meta, ClipPresets.All["ViT-B/32"]);
        Assert.All(network.parameters(), parameter => Assert.Equal(TorchSharp.DeviceType.META, parameter.device_type));
    }

    /// <summary>A line a tensor, in the order of their names.</summary>
    internal static string KeysAndShapes(ClipNetwork network)
    {
        var lines = new StringBuilder();
        foreach (var (key, tensor) in network.state_dict().OrderBy(entry => entry.Key, StringComparer.Ordinal))
            lines.Append(key).Append(" [").AppendJoin(", ", tensor.shape).Append("]\n");
        return lines.ToString();
    }
}
