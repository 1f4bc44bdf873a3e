using System.Text;
using Kedge.Tensors;
using static TorchSharp.torch;

namespace Kedge.Checkpoints;

/// <summary>
/// A CLIP checkpoint of any known layout: tensors under OpenAI's names, and the settings that the layout declares.
/// Format and layout are detected from content: the format from the first bytes, the layout from the tensors' names.
/// </summary>
internal sealed class Checkpoint : IDisposable
{
    private readonly Lazy<string> _fingerprint;

    private Checkpoint(TensorSource tensors, CheckpointFormat format, CheckpointLayout layout, CheckpointSettings settings)
    {
        (Tensors, Format, Layout, Settings) = (tensors, format, layout, settings);
        _fingerprint = new(ComputeFingerprint);
    }

    /// <summary>
    /// The tensors under the names of the released CLIP (<c>visual.conv1.weight</c>,
    /// <c>transformer.resblocks.0.attn.in_proj_weight</c>, …) in their stored types. Buffers that are no weights
    /// (<c>num_batches_tracked</c>, <c>position_ids</c>, …) are left out; unknown tensors keep their names.
    /// </summary>
    public TensorSource Tensors { get; }

    /// <summary>The file format.</summary>
    public CheckpointFormat Format { get; }

    /// <summary>The family of names and settings.</summary>
    public CheckpointLayout Layout { get; }

    /// <summary>The settings, and where they stand.</summary>
    public CheckpointSettings Settings { get; }

    /// <summary>The settings declared beside the tensors.</summary>
    public DeclaredArchitecture Declared => Settings.Declared;

    /// <summary>
    /// SHA-256, 64 lower-case hexadecimal digits, over every tensor in the order of its name: name, shape and values as
    /// F32, the type of all computation. Equal values have equal fingerprints in any layout and stored type;
    /// <see cref="Declared"/> is not included. Computed on first use by reading every tensor once.
    /// </summary>
    /// <exception cref="KedgeException">A tensor cannot be read.</exception>
    public string Fingerprint => _fingerprint.Value;

    /// <summary>Opens a checkpoint; its tensors are read later, one at a time.</summary>
    /// <param name="path">A safetensors file, a PyTorch or TorchScript file, an index of shards, or a folder with one
    /// of them and its settings.</param>
    /// <exception cref="KedgeException">It is missing, malformed, hostile or no CLIP; the message names it and says
    /// what is wrong.</exception>
    public static Checkpoint Open(string path)
    {
        var weights = CheckpointFormats.FindWeights(path);
        var (tensors, format) = CheckpointFormats.Open(weights);
        try
        {
            return Interpret(tensors, format, Path.GetDirectoryName(Path.GetFullPath(weights))!);
        }
        catch
        {
            tensors.Dispose();
            throw;
        }
    }

    /// <summary>
    /// Opens a safetensors checkpoint with OpenAI's names that is already a stream, such as a resource of an assembly.
    /// </summary>
    /// <param name="stream">The whole file from its first byte; owned by the result from now on.</param>
    /// <param name="origin">Its name in error messages.</param>
    /// <exception cref="KedgeException">It is not valid or no CLIP; the message says what is wrong.</exception>
    public static Checkpoint Read(Stream stream, string origin)
    {
        var tensors = SafetensorsFile.Read(stream, origin);
        try
        {
            var (map, wrapper) = FindMap(tensors);
            return new Checkpoint(
                new RenamedTensors(tensors, map, wrapper), CheckpointFormat.Safetensors, map.Layout, CheckpointSettings.Kedge);
        }
        catch
        {
            tensors.Dispose();
            throw;
        }
    }

    /// <inheritdoc/>
    public void Dispose() => Tensors.Dispose();

    private static Checkpoint Interpret(TensorSource tensors, CheckpointFormat format, string folder)
    {
        var (map, wrapper) = FindMap(tensors);
        var renamed = new RenamedTensors(tensors, map, wrapper);
        if (map.Layout == CheckpointLayout.HuggingFace)
            return new Checkpoint(renamed, format, map.Layout, HuggingFaceSettings.Read(folder, tensors.Origin));
        using var openClip = format == CheckpointFormat.TorchScript
            ? null
            : SettingsFile.OpenIfThere(Path.Combine(folder, OpenClipSettings.FileName));
        return openClip is not null
            ? new Checkpoint(renamed, format, CheckpointLayout.OpenClip, OpenClipSettings.Read(openClip))
            : new Checkpoint(renamed, format, map.Layout,
                RecordedSettings.Find(tensors) ?? CheckpointSettings.OfWeights(tensors.Entries.Keys, wrapper, format));
    }

    private static (KeyMap Map, string Wrapper) FindMap(TensorSource tensors)
    {
        foreach (var map in KeyMaps.All)
        {
            var wrappers =
                tensors.Entries.Keys.Where(name => name == map.Anchor || name.EndsWith('.' + map.Anchor, StringComparison.Ordinal))
                .Select(name => name[..^map.Anchor.Length]).Order(StringComparer.Ordinal).ToArray();
            if (wrappers is [var wrapper])
                return (map, wrapper);
            if (wrappers.Length > 1)
            {
                var names = string.Join(" and ", wrappers.Take(2).Select(name => $"'{name}'")) + (wrappers.Length > 2 ? " and others" : "");
                throw new KedgeException(
                    $"'{tensors.Origin}' holds {wrappers.Length} models, below {names}; save the state dict of one of them alone.");
            }
        }
        throw new KedgeException($"'{tensors.Origin}' holds no CLIP: none of its {tensors.Entries.Count} tensors is a text tower's " +
            "'token_embedding.weight' under any known name; check that it is the right file.");
    }

    private string ComputeFingerprint()
    {
        using var fingerprint = new FingerprintBuilder();
        foreach (var name in Tensors.Entries.Keys.Order(StringComparer.Ordinal))
        {
            using var scope = NewDisposeScope();
            var key = Encoding.UTF8.GetBytes(name);
            var values = Tensors.Read(name).to(ScalarType.Float32);
            // lengths first: no two sets of tensors give the same bytes
            foreach (var number in (long[])[key.Length, values.shape.Length, .. values.shape])
                fingerprint.Append(number);
            fingerprint.Append(key).Append([values]);
        }
        return fingerprint.Complete();
    }
}
