using Kedge.Persistence;
using static TorchSharp.torch;

namespace Kedge.FewShot;

/// <summary>
/// The store of a fit's checkpoints, from which an interrupted fit is resumed. Methods know no files;
/// <see cref="FitCheckpoint"/> is a store in a file.
/// </summary>
public interface IFitStore
{
    /// <summary>Reads the last checkpoint.</summary>
    /// <param name="fit">The fingerprint of the fit: a text that differs between methods, options and tasks.</param>
    /// <returns>Tensors by name, on the CPU, owned by the caller; <see langword="null"/> where there is none.</returns>
    /// <exception cref="KedgeException">The checkpoint is of another fit, or cannot be read.</exception>
    IReadOnlyDictionary<string, Tensor>? Read(string fit);

    /// <summary>Writes a checkpoint in place of the last one, completely or not at all.</summary>
    /// <param name="fit">The fingerprint of the fit.</param>
    /// <param name="tensors">By name, on any device; owned by the caller.</param>
    /// <exception cref="KedgeException">It cannot be written; the last checkpoint stays.</exception>
    void Write(string fit, IReadOnlyDictionary<string, Tensor> tensors);
}
