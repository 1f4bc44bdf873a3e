using Kedge.Tensors;
using static TorchSharp.torch;

namespace Kedge.Tests.Support;

/// <summary>
/// A task file to be spoilt: C = 3 classes, D = 4, N = 6 support images, Q = 5 queries, 2 of validation, 2
/// anchors. Raw rows, not unit.
/// </summary>
internal sealed class TaskFile : IDisposable
{
    private readonly TemporaryFolder _scratch = new();
    private readonly Random _random = new(1);

    public TaskFile()
    {
        Tensors = new()
        {
            ["support.features"] = Rows(6, 4),
            ["support.labels"] = tensor([0L, 0, 1, 1, 2, 2]),
            ["query.features"] = Rows(5, 4),
            ["query.labels"] = tensor([0L, 1, 2, 1, 0]),
            ["validation.features"] = Rows(2, 4),
            ["validation.labels"] = tensor([2L, 0]),
            ["class.features"] = Rows(3, 4),
            ["anchor.features"] = Rows(2, 4),
        };
        Metadata = new()
        {
            ["class_names"] = """["cat","dög","sea lion"]""",
            ["anchor_names"] = """["fur","water"]""",
            ["logit_scale"] = "100",
        };
    }

    public Dictionary<string, Tensor> Tensors { get; }

    public Dictionary<string, string> Metadata { get; }

    public string Path => _scratch["pets.safetensors"];

    public string this[string name] => _scratch[name];

    /// <summary>Puts another tensor in a place; null takes it away.</summary>
    public TaskFile With(string name, Tensor? tensor)
    {
        if (Tensors.Remove(name, out var old))
            old.Dispose();
        if (tensor is not null)
            Tensors[name] = tensor;
        return this;
    }

    public TaskFile With(string name, string? metadata)
    {
        Metadata.Remove(name);
        if (metadata is not null)
            Metadata[name] = metadata;
        return this;
    }

    public string Write(string name = "pets.safetensors")
    {
        SafetensorsWriter.Write(this[name], Tensors, Metadata);
        return this[name];
    }

    /// <summary>Rows of any length but 0.</summary>
    public Tensor Rows(params long[] shape) =>
        tensor([.. Enumerable.Range(0, (int)shape.Aggregate((a, b) => a * b)).Select(_ => (float)(3 * _random.NextDouble()) - 1)], shape);

    public void Dispose()
    {
        foreach (var tensor in Tensors.Values)
            tensor.Dispose();
        _scratch.Dispose();
    }
}
