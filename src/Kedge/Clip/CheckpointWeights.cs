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
        var (missing, misshapen, notFinite, used) = (new List<string>(), new List<string>(), new List<string>(), new HashSet<string>());
        using var normal = inference_mode(false); // gradients must pass through the frozen towers, whatever mode the caller is in
        using var noGrad = no_grad();
        using var scope = NewDisposeScope(); // frees what was read where the rest fails
        var network = new ClipNetwork(new Weights(Take, trainable), configuration);
        var unexpected = source.Entries.Keys.Where(key => !used.Contains(key)).Order(StringComparer.Ordinal).ToList();
        if (missing.Count + misshapen.Count + unexpected.Count > 0)
            throw new KedgeException($"Loading {source.Origin} as a CLIP: {Name("missing", missing)}; {Name("unexpected", unexpected)}; " +
                $"{Name("misshapen", misshapen)}. Expected exactly the tensors of {Describe(configuration)}; give a complete checkpoint.");
        if (notFinite.Count > 0)
            throw new KedgeException($"Loading {source.Origin} as a CLIP: {Name("NaN or infinite", notFinite)}. " +
                "Expected finite numbers in every weight; get the file again.");
        RequireScale(network, source.Origin);
        network.eval();
        foreach (var weight in network.state_dict().Values)
            weight.DetachFromDisposeScope();
        return network;

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
                using var reading = NewDisposeScope();
                var weight = source.Read(key).reshape(shape).to(ScalarType.Float32, copy: true);
                if (!weight.isfinite().all().item<bool>())
                    notFinite.Add(key);
                return weight.to(device).MoveToOuterDisposeScope();
            }
            return empty(shape, device: META);
        }
    }

    private static void RequireScale(ClipNetwork network, string origin)
    {
        var logarithm = network.logit_scale.item<float>();
        if (!float.IsFinite(MathF.Exp(logarithm)))
            throw new KedgeException(
                $"Loading {origin} as a CLIP: its logit scale exp({logarithm}) is no finite number; get the file again.");
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
