using Kedge.FewShot;
using static TorchSharp.torch;

namespace Kedge.Tests.Support;

/// <summary>Keeps a fit in memory, as often as it is allowed to.</summary>
internal sealed class MemoryStore : IFitStore, IDisposable
{
    /// <summary>How often something may be kept.</summary>
    public int Writes { get; set; } = int.MaxValue;

    public string Fit { get; private set; } = "";

    public Dictionary<string, Tensor>? Tensors { get; private set; }

    public IReadOnlyDictionary<string, Tensor>? Read(string fit)
    {
        Fit = fit;
        return Tensors?.ToDictionary(pair => pair.Key, pair => pair.Value.clone());
    }

    public void Write(string fit, IReadOnlyDictionary<string, Tensor> tensors)
    {
        if (Writes-- <= 0)
            return;
        Assert.Equal(Fit, fit);
        Dispose();
        Tensors = tensors.ToDictionary(pair => pair.Key, pair => pair.Value.detach().clone().DetachFromDisposeScope());
    }

    public void Dispose()
    {
        foreach (var tensor in Tensors?.Values ?? Enumerable.Empty<Tensor>())
            tensor.Dispose();
    }
}
