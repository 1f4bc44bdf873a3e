using Kedge.Checkpoints;
using Kedge.Clip.Towers;
using static TorchSharp.torch;

namespace Kedge.Clip;

/// <summary>Builds a network of a checkpoint's tensors, in F32, and says all that does not fit at once.</summary>
internal static class CheckpointWeights
{
    private const int MostNamed = 12;

    public static ClipNetwork Load(Checkpoint checkpoint, ClipConfiguration configuration, Device device, bool trainable = false)
    {
        var source = checkpoint.Tensors;
        var (missing, misshapen, used) = (new List<string>(), new List<string>(), new HashSet<string>());
        using var normal = inference_mode(false); // gradients must pass through the frozen towers, whatever mode the caller is in
        using var noGrad = no_grad();
        var network = new ClipNetwork(new Weights(Take, trainable), configuration);
        var unexpected = source.Entries.Keys.Where(key => !used.Contains(key)).Order(StringComparer.Ordinal).ToList();
        if (missing.Count + misshapen.Count + unexpected.Count == 0)
        {
            network.eval();
            return network;
        }
        network.Dispose();
        throw new KedgeException($"Loading {source.Origin} as a CLIP: {Name("missing", missing)}; {Name("unexpected", unexpected)}; " +
            $"{Name("misshapen", misshapen)}. Expected exactly the tensors of {Describe(configuration)}; give a complete checkpoint.");

        Tensor Take(string key, long[] shape)
        {
            used.Add(key);
            if (!source.Entries.TryGetValue(key, out var entry))
                missing.Add(key);
            else if (!entry.Shape.SequenceEqual(shape)
                && entry.Shape.Aggregate(1L, (a, b) => a * b) is var count && !(count == 1 && shape.Length == 0))
                misshapen.Add($"{key} [{string.Join(", ", entry.Shape)}] instead of [{string.Join(", ", shape)}]");
            else if (missing.Count + misshapen.Count == 0)
            {
                using var stored = source.Read(key);
                using var scalar = stored.reshape(shape);
                return scalar.to(ScalarType.Float32, copy: true).to(device);
            }
            return empty(shape, device: META);
        }
    }

    private static string Name(string what, List<string> keys) => keys.Count == 0
        ? $"no {what} key"
        : $"{keys.Count} {what} " +
            $"({string.Join(", ", keys.Take(MostNamed))}{(keys.Count > MostNamed ? $" and {keys.Count - MostNamed} more" : "")})";

    private static string Describe(ClipConfiguration configuration) => configuration.Vision switch
    {
        VisionTransformerConfiguration vit => $"a ViT of width {vit.Transformer.Width} with {vit.Transformer.Layers} layers and a text " +
            $"tower of width {configuration.Text.Transformer.Width}",
        ResNetConfiguration resnet => $"a ResNet of width {resnet.Width} with {string.Join('-', resnet.Blocks)} blocks and a text tower " +
            $"of width {configuration.Text.Transformer.Width}",
        BasicResNetConfiguration basic => $"a ResNet of basic blocks, width {basic.Width} with {string.Join('-', basic.Blocks)} blocks, " +
            $"and a text tower of width {configuration.Text.Transformer.Width}",
        _ => configuration.ToString(),
    };
}
