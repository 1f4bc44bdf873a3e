using Kedge.FewShot;
using Kedge.Runtime;
using Kedge.Tensors;
using static TorchSharp.torch;

namespace Kedge.Tasks;

/// <summary>
/// A few-shot task that has been encoded already: what is learned from, and what is measured on, as features and with
/// no CLIP behind them. A method is given <see cref="Task"/> alone, where queries have no place, so none can look at
/// them. Immutable; owns its tensors.
/// </summary>
public sealed class FeatureTask : IDisposable
{
    /// <summary>Puts a task together.</summary>
    /// <param name="name">What reports call it.</param>
    /// <param name="task">What is learned from; its tensors are owned by this from now on. A text tower or tokens of
    /// anchors in it are not saved.</param>
    /// <param name="query">The images that accuracy is measured on; its tensors are owned by this from now on.</param>
    /// <param name="validation">Images that hyper-parameters may be chosen on; owned likewise.
    /// <see langword="null"/> for none.</param>
    /// <exception cref="KedgeException">The parts do not fit together, or hold values that are no features; all tensors
    /// stay the caller's then.</exception>
    public FeatureTask(string name, FewShotTask task, LabelledFeatures query, LabelledFeatures? validation = null)
    {
        (Name, Task, Query, Validation) = (name, task, query, validation);
        Check(query, "query");
        if (validation is not null)
            Check(validation, "validation");
        Fingerprint = Identify(task);
        Support = new LabelledFeatures(task.Support.Features.select(0, 0), task.Support.Labels);
        foreach (var tensor in Tensors)
            tensor.DetachFromDisposeScope();
    }

    /// <summary>What reports call it: the name of its file without the extension.</summary>
    public string Name { get; }

    /// <summary>The model that encoded it, for reports; <see langword="null"/> where nobody says.</summary>
    public string? Model { get; init; }

    /// <summary>What a method learns from.</summary>
    public FewShotTask Task { get; }

    /// <summary>The support images as they are, in view 0.</summary>
    public LabelledFeatures Support { get; }

    /// <summary>The images that accuracy is measured on.</summary>
    public LabelledFeatures Query { get; }

    /// <summary>The images that hyper-parameters may be chosen on; <see langword="null"/> for none.</summary>
    public LabelledFeatures? Validation { get; }

    /// <summary>
    /// SHA-256 of the class names and their features, in hexadecimal: equal for draws of other shots or seeds,
    /// different for other classes and for another feature space.
    /// </summary>
    public string Fingerprint { get; }

    private IEnumerable<Tensor> Tensors =>
    [
        Task.Support.Features, Task.Support.Labels, Task.Classes.Features, Support.Features, Query.Features, Query.Labels,
        .. Task.Classes.Norms is { } norms ? [norms] : Array.Empty<Tensor>(),
        .. Task.Anchors is { } anchors ? [anchors.Features] : Array.Empty<Tensor>(),
        .. Validation is { } validation ? [validation.Features, validation.Labels] : Array.Empty<Tensor>(),
    ];

    /// <summary>Reads a task file, whose rows are made unit length; the file is closed again.</summary>
    /// <param name="path">A safetensors file with the tensors and metadata of docs/feature-tasks.md.</param>
    /// <param name="device">Where the tensors are to be; the CPU by default.</param>
    /// <returns>The task; dispose it.</returns>
    /// <exception cref="KedgeException">
    /// The file cannot be read; or a tensor or metadata is missing, unknown, or of a wrong type, shape or
    /// value. The message names it.
    /// </exception>
    public static FeatureTask Open(string path, Device? device = null)
    {
        LibTorch.Load();
        return FeatureTaskReader.Open(path, device ?? CPU);
    }

    /// <summary>Writes the task, completely or not at all. The same task always gives the same bytes.</summary>
    /// <param name="path">The file; one that exists is replaced.</param>
    /// <exception cref="KedgeException">The file cannot be written; nothing of it stays.</exception>
    public void Save(string path) => FeatureTaskFormat.Write(path, this);

    /// <summary>Frees the tensors.</summary>
    public void Dispose()
    {
        foreach (var tensor in Tensors)
            tensor.Dispose();
    }

    private static string Identify(FewShotTask task)
    {
        using var fingerprint = new FingerprintBuilder();
        return fingerprint.AppendJson(new { ClassNames = task.Classes.Names, task.FeatureWidth })
            .Append([task.Classes.Features]).Complete();
    }

    private void Check(LabelledFeatures images, string part)
    {
        const string making = "Making a feature task";
        using var scope = NewDisposeScope();
        var (features, labels) = (images.Features, images.Labels);
        if (features.shape is not [var q and > 0, var d] || d != Task.FeatureWidth)
            throw new KedgeException($"{making} found {part} features of shape {features.Shape()}: it needs [Q, " +
                $"{Task.FeatureWidth}], Q at least 1.");
        features.RequireUnit(making, $"{part} features");
        if (labels.dtype != ScalarType.Int64 || labels.shape is not [var n] || n != q)
            throw new KedgeException($"{making} found {part} labels of type {labels.dtype} and shape {labels.Shape()}: " +
                $"it needs Int64 [{q}].");
        var (low, high) = (labels.min().item<long>(), labels.max().item<long>());
        if (low < 0 || high >= Task.Classes.Count)
            throw new KedgeException($"{making} found {part} labels from {low} to {high}: it needs 0 to {Task.Classes.Count - 1}.");
        if (features.device.ToString() != Task.Device.ToString() || labels.device.ToString() != Task.Device.ToString())
            throw new KedgeException($"{making} found {part} features on {features.device} and labels on {labels.device}: " +
                $"it needs both on {Task.Device}.");
    }
}
