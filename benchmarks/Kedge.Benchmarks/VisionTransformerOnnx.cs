using Kedge.Clip.Towers;
using static TorchSharp.torch;

namespace Kedge.Benchmarks;

/// <summary>
/// A Vision Transformer of ours as an ONNX model: the same numbers, with ONNX Runtime's fused attention and layer norm;
/// or the blocks' products in 8-bit integers, weights with a scale a channel and inputs with one scale, found anew.
/// </summary>
internal static class VisionTransformerOnnx
{
    public static byte[] Build(ClipNetwork network, int batch, bool quantised = false)
    {
        var configuration = (VisionTransformerConfiguration)network.Configuration.Vision;
        var visual = (VisionTransformer)network.visual;
        var (width, heads, length) = (configuration.Transformer.Width, configuration.Transformer.Heads, configuration.Patches + 1);
        using var graph = new OnnxGraph();
        var patch = (long)configuration.PatchSize;
        var x = graph.Node("Conv", ["pixels", graph.Constant(visual.conv1.weight)],
            "", ("kernel_shape", new[] { patch, patch }), ("strides", new[] { patch, patch }));
        x = graph.Node("Reshape", [x, graph.Constant(batch, width, length - 1)]);
        x = graph.Node("Transpose", [x], "", ("perm", new long[] { 0, 2, 1 })); // [B, P, W]
        x = graph.Node("Concat", [graph.Constant(visual.class_embedding.expand(batch, 1, width)), x], "", ("axis", 1L));
        x = Norm(graph.Node("Add", [x, graph.Constant(visual.positional_embedding)]), visual.ln_pre);
        foreach (var block in visual.transformer.resblocks)
        {
            x = graph.Node("Add", [x, Attend(Norm(x, block.ln_1), block.attn)]);
            x = graph.Node("Add", [x, Perceive(Norm(x, block.ln_2), block.mlp)]);
        }
        x = graph.Node("Gather", [x, graph.Constant(0)], "", ("axis", 1L)); // [B, 1, W]
        x = graph.Node("Reshape", [x, graph.Constant(batch, width)]);
        x = graph.Node("MatMul", [Norm(x, visual.ln_post), graph.Constant(visual.proj)]);
        return graph.Model("pixels", [batch, 3, configuration.Resolution, configuration.Resolution],
            x, [batch, network.Configuration.FeatureWidth]);

        string Norm(string input, LayerNorm norm) =>
            graph.Node("LayerNormalization", [input, graph.Constant(norm.weight), graph.Constant(norm.bias)],
                "", ("epsilon", 1e-5f), ("axis", -1L));

        string Project(string input, Tensor weight, Tensor bias)
        {
            if (!quantised)
                return graph.Node("Add", [graph.Node("MatMul", [input, graph.Constant(weight.t())]), graph.Constant(bias)]);
            var (integers, scales) = graph.Quantised(weight.t());
            return graph.Node("DynamicQuantizeMatMul", [input, integers, scales, "", graph.Constant(bias)], "com.microsoft");
        }

        string Attend(string input, Attention attention)
        {
            var qkv = Project(input, attention.in_proj_weight, attention.in_proj_bias);
            var parts = graph.Nodes("Split", [qkv, graph.Constant(width, width, width)], 3, "", ("axis", 2L));
            var attended = graph.Node("MultiHeadAttention", parts, "com.microsoft", ("num_heads", (long)heads));
            return Project(attended, attention.out_proj.weight, attention.out_proj.bias);
        }

        string Perceive(string input, Mlp mlp)
        {
            var hidden = Project(input, mlp.c_fc.weight, mlp.c_fc.bias);
            return Project(graph.Node("QuickGelu", [hidden], "com.microsoft", ("alpha", 1.702f)), mlp.c_proj.weight, mlp.c_proj.bias);
        }
    }
}
