using Kedge.Persistence;
using static TorchSharp.torch;

namespace Kedge.FewShot;

/// <summary>
/// Where a fit keeps what it has reached, so that one that was stopped can go on. Methods know of no file; <see cref="FitCheckpoint"/> is one.
/// </summary>
public interface IFitStore
{
    /// <summary>What was kept last.</summary>
    /// <param name="fit">Which fit this is: a text that differs between methods, options and tasks.</param>
    /// <returns>Tensors by name, on the CPU, owned by the caller; <see langword="null"/> where nothing is kept.</returns>
    /// <exception cref="KedgeException">What is kept is of another fit, or cannot be read.</exception>
    IReadOnlyDictionary<string, Tensor>? Read(string fit);

    /// <summary>Keeps tensors in place of those that were kept before, completely or not at all.</summary>
    /// <param name="fit">Which fit this is.</param>
    /// <param name="tensors">By name, on any device; they stay the caller's.</param>
    /// <exception cref="KedgeException">They cannot be kept; what was kept before stays.</exception>
    void Write(string fit, IReadOnlyDictionary<string, Tensor> tensors);
}
