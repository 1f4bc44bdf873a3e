using Kedge.Tensors;
using Kedge.Tests.Support;
using static TorchSharp.torch;

namespace Kedge.Fuzzing.Corpora;

/// <summary>Small files of tensors.</summary>
internal static class Weights
{
    /// <summary>What the pickles refer to.</summary>
    public static Dictionary<string, byte[]> Storages { get; } = new() { ["data/0"] = new byte[32], ["data/1"] = new byte[12] };

    public static IReadOnlyList<byte[]> Safetensors =>
    [
        Save(new() { ["x"] = arange(6f).reshape(2, 3), ["y.weight"] = tensor(4L), ["z"] = zeros(0, 4, dtype: ScalarType.BFloat16) },
            new() { ["format"] = "pt" }),
        Save(new() { ["a"] = ones(5, dtype: ScalarType.Byte), ["b"] = tensor(new[] { true, false }),
            ["c"] = ones(1, 1, 3, dtype: ScalarType.Float16) }),
    ];

    public static IReadOnlyList<byte[]> Pickles =>
    [
        Tensors(new Pickle().Code("}(")).Code("u").End(),
        Tensors(new Pickle().Code("}(").Text("epoch").Int(3).Text("state_dict").Code("}("))
            .Code("u").Text("names").Code("]q\0(").Text("cat").Text("dog")
            .Code("e").Text("best").Code("N").Text("again").Code("h\0").Code("u").End(),
    ];

    public static IReadOnlyList<byte[]> TorchZips => [.. Pickles.Select(pickle => Fixed(Pickle.Zip(pickle, Storages)))];

    public static IReadOnlyList<byte[]> TorchScripts =>
    [
        Fixed(Pickle.Zip(new Pickle().Global("__torch__.clip", "Model").Code(")").Raw(0x81).Code("}(").Text("training").Raw(0x89)
            .Text("weight").Tensor("0", "FloatStorage", 8, 0, [4, 2], [2, 1]).Text("visual").Global("__torch__.clip",
                "Tower").Code(")").Raw(0x81)
            .Code("}(").Text("proj").Tensor("1", "HalfStorage", 6, 0, [3, 2], [1, 3]).Code("ub").Code("ub").End(),
            new(Storages) { ["constants.pkl"] = [0x80, 2, .. ")."u8], ["code/__torch__/clip.py"] = [.. "class Model(Module):\n"u8],
                ["version"] = [.. "3\n"u8] })),
    ];

    /// <summary>The bytes of a safetensors file; the tensors are disposed.</summary>
    public static byte[] Save(Dictionary<string, Tensor> tensors, Dictionary<string, string>? metadata = null)
    {
        using var folder = new TemporaryFolder();
        SafetensorsWriter.Write(folder["x"], tensors, metadata);
        foreach (var tensor in tensors.Values)
            tensor.Dispose();
        return File.ReadAllBytes(folder["x"]);
    }

    private static Pickle Tensors(Pickle pickle) => pickle
        .Text("token_embedding.weight").Tensor("0", "FloatStorage", 8, 0, [4, 2], [2, 1])
        .Text("text_projection").Tensor("1", "HalfStorage", 6, 0, [3, 2], [1, 3])
        .Text("logit_scale").Tensor("0", "FloatStorage", 8, 7, [], []);

    /// <summary>A zip without the times of its entries, which differ from run to run.</summary>
    private static byte[] Fixed(byte[] zip)
    {
        for (var at = 0; at + 30 < zip.Length; at++)
        {
            if (zip.AsSpan(at).StartsWith("PK\x1\x2"u8))
                zip.AsSpan(at + 12, 4).Clear();
            else if (zip.AsSpan(at).StartsWith("PK\x3\x4"u8))
                zip.AsSpan(at + 10, 4).Clear();
        }
        return zip;
    }
}
