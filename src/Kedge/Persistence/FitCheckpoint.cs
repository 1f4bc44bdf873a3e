using Kedge.FewShot;
using Kedge.Tensors;
using static TorchSharp.torch;

namespace Kedge.Persistence;

/// <summary>
/// A checkpoint of an unfinished fit: one safetensors file with the tensors that the method saves and, as metadata, the
/// fingerprint of the fit. It is rewritten atomically at each save, and the same fit resumes from it.
/// </summary>
/// <remarks>
/// Metadata: <c>format</c> = "kedge-fit"; <c>fit</c> = a hash of Kedge's version, the method, its options and the task;
/// <c>digest</c> = <see cref="FileDigest"/>.
/// </remarks>
/// <param name="path">The file; its folder must exist.</param>
public sealed class FitCheckpoint(string path) : IFitStore
{
    private const string FormatName = "kedge-fit";

    /// <summary>Whether there is a file to resume from.</summary>
    public bool Exists => File.Exists(path);

    /// <inheritdoc/>
    /// <exception cref="KedgeException">The file is of another fit, is no such file, or cannot be read.</exception>
    public IReadOnlyDictionary<string, Tensor>? Read(string fit)
    {
        if (!Exists)
            return null;
        using var file = SafetensorsFile.Open(path);
        if (file.Metadata.GetValueOrDefault("format") != FormatName)
            throw new KedgeException($"'{path}' is no checkpoint of a fit: its metadata lack format = {FormatName}; name another file.");
        if (file.FindDamage("format", "fit") is { } damage)
            throw new KedgeException($"The checkpoint '{path}' is damaged: {damage}; remove it to start afresh.");
        if (file.Metadata.GetValueOrDefault("fit") != fit)
        {
            throw new KedgeException($"The checkpoint '{path}' is of another fit: its method, options, images or model, " +
                "or the version of Kedge, differ from what is " +
                "asked for now, or the number of threads, which changes the last bits of features; ask for the same, name another file, " +
                "or remove this one to start afresh.");
        }
        return file.Entries.Keys.ToDictionary(name => name, name => file.Read(name));
    }

    /// <inheritdoc/>
    public void Write(string fit, IReadOnlyDictionary<string, Tensor> tensors) =>
        SafetensorsWriter.Write(path, tensors, new Dictionary<string, string>
        {
            ["format"] = FormatName,
            ["fit"] = fit,
            [FileDigest.Key] = FileDigest.Unset,
        });

    /// <summary>Deletes the file, if it exists, once the fit is finished.</summary>
    /// <exception cref="KedgeException">It cannot be removed.</exception>
    public void Remove()
    {
        try
        {
            File.Delete(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new KedgeException($"The checkpoint '{path}' is of no more use and cannot be removed: " +
                $"{e.Message} Remove it yourself.", e);
        }
    }
}
