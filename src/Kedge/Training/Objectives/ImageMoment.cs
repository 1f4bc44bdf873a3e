using Kedge.Runtime;
using Kedge.Tensors;
using static TorchSharp.torch;

namespace Kedge.Training.Objectives;

/// <summary>
/// M, the symmetric square root of the second moment of images' unit features z in the joint space: M² = mean of z zᵀ.
/// </summary>
/// <param name="Values">[D · D], row by row.</param>
internal sealed record ImageMoment(IReadOnlyList<float> Values)
{
    /// <summary>Reads the tensor <c>image_moment</c> [D, D] of a safetensors file.</summary>
    /// <param name="path">The file.</param>
    /// <exception cref="KedgeException">The file is missing, damaged, or has no such tensor.</exception>
    public static ImageMoment Read(string path)
    {
        LibTorch.Load();
        using var scope = NewDisposeScope();
        using var file = SafetensorsFile.Open(path);
        if (!file.Entries.ContainsKey("image_moment"))
            throw new KedgeException($"Reading an image moment from '{path}' found no tensor 'image_moment'; expected one, [D, D].");
        var moment = file.Read("image_moment").to(ScalarType.Float32);
        return new(moment.data<float>().ToArray());
    }

    /// <summary>[D, D]; owned by the caller.</summary>
    /// <param name="width">D, the width of the model.</param>
    /// <param name="device">Where it is to be.</param>
    /// <exception cref="KedgeException">It is of another width.</exception>
    internal Tensor ToTensor(int width, Device device) => Values.Count == (long)width * width
        ? tensor(Values.ToArray(), width, width, device: device)
        : throw new KedgeException($"Distilling text features found an image moment of {Values.Count:N0} numbers, " +
            $"and the model's joint space has a width of {width}: expected {(long)width * width:N0}.");
}
