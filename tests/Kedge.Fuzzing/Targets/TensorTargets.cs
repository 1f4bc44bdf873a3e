using Kedge.Fuzzing.Corpora;
using Kedge.Tensors;
using Kedge.Tests.Support;

namespace Kedge.Fuzzing.Targets;

/// <summary>Files of tensors, without regard to what the tensors mean.</summary>
internal static class TensorTargets
{
    public static IReadOnlyList<FuzzTarget> All { get; } =
    [
        new("safetensors", Format.Safetensors, () => Weights.Safetensors,
            input => ReadAll(SafetensorsFile.Open(input.Write("x.safetensors")))) { Share = 20 },
        new("torch-zip", Format.TorchZip, () => Weights.TorchZips, input => ReadAll(TorchZipFile.Open(input.Write("x.pt")))) { Share = 20 },
        new("torchscript", Format.TorchZip, () => Weights.TorchScripts, input => ReadAll(TorchZipFile.Open(input.Write("x.pt")))),
        new("pickle", Format.Pickle, () => Weights.Pickles, ReadPickle) { Share = 20 },
    ];

    private static void ReadPickle(FuzzInput input) => ReadAll(TorchZipFile.Open(input.Write("x.pt",
        Pickle.Zip(input.Bytes, Weights.Storages))));

    private static void ReadAll(TensorSource source)
    {
        using (source)
        {
            foreach (var name in source.Entries.Keys)
                source.Read(name).Dispose();
        }
    }
}
