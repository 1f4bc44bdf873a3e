using Kedge.Tensors;
using static TorchSharp.torch;

namespace Kedge.Checkpoints;

/// <summary>
/// A view of another source under OpenAI's names: tensors are renamed, transposed, or q, k and v
/// concatenated, on reading.
/// </summary>
internal sealed class RenamedTensors : TensorSource
{
    private readonly TensorSource _source;
    private readonly Dictionary<string, Origins> _plan = [];
    private readonly Dictionary<string, TensorEntry> _entries = [];

    /// <summary>Applies a key map to a source.</summary>
    /// <param name="source">The tensors; owned by the result from now on.</param>
    /// <param name="map">The map of its names.</param>
    /// <param name="wrapper">The prefix of all names of the model; other tensors are left out.</param>
    /// <exception cref="KedgeException">Two tensors get one name, or parts to concatenate differ in
    /// type or shape.</exception>
    public RenamedTensors(TensorSource source, KeyMap map, string wrapper)
    {
        _source = source;
        var parts = new Dictionary<string, SortedDictionary<KeyChange, string>>();
        foreach (var name in source.Entries.Keys.Where(name => name.StartsWith(wrapper, StringComparison.Ordinal))
            .Order(StringComparer.Ordinal))
        {
            var key = name[wrapper.Length..];
            var (target, change) = map.Apply(key);
            if (change == KeyChange.Drop)
                continue;
            if (change is not (KeyChange.Query or KeyChange.Key or KeyChange.Value))
                Add(target, new Origins(change, name));
            else if (!(parts.TryGetValue(target, out var found) ? found : parts[target] = []).TryAdd(change, name))
                throw Twice(target, name);
        }
        foreach (var (target, found) in parts)
        {
            if (found.Count == 3)
            {
                Add(target, new Origins(KeyChange.Query, [.. found.Values]));
                continue;
            }
            foreach (var name in found.Values) // incomplete: building the network reports missing and unexpected keys
                Add(name, new Origins(KeyChange.Keep, name));
        }
    }

    /// <inheritdoc/>
    public override string Origin => _source.Origin;

    /// <inheritdoc/>
    public override IReadOnlyDictionary<string, TensorEntry> Entries => _entries;

    /// <inheritdoc/>
    public override IReadOnlyDictionary<string, string> Metadata => _source.Metadata;

    /// <inheritdoc/>
    public override Tensor Read(string name)
    {
        var origins = _plan[Entry(name).Name];
        switch (origins.Change)
        {
            case KeyChange.Transpose:
                using (var rows = _source.Read(origins.Names[0]))
                using (var columns = rows.t())
                    return columns.contiguous();
            case KeyChange.Query:
                using (var scope = NewDisposeScope())
                    return cat([.. origins.Names.Select(_source.Read)], 0).MoveToOuterDisposeScope();
            default:
                return _source.Read(origins.Names[0]);
        }
    }

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        _source.Dispose();
        base.Dispose(disposing);
    }

    private void Add(string target, Origins origins)
    {
        var entries = Array.ConvertAll(origins.Names, name => _source.Entries[name]);
        if (!_plan.TryAdd(target, origins))
            throw Twice(target, origins.Names[0]);
        _entries.Add(target, new TensorEntry(target, entries[0].Type, origins.Change switch
        {
            KeyChange.Transpose when entries[0].Shape is [var rows, var columns] => [columns, rows],
            KeyChange.Transpose => throw new KedgeException(
                $"'{Origin}': tensor {Describe(entries[0])} should have two dimensions; get the file again."),
            KeyChange.Query => JoinedShape(entries),
            _ => entries[0].Shape,
        }));
    }

    private long[] JoinedShape(TensorEntry[] parts)
    {
        var first = parts[0];
        return first.Shape.Length > 0 && parts.All(part => part.Type == first.Type && part.Shape.SequenceEqual(first.Shape))
            ? [first.Shape[0] * parts.Length, .. first.Shape[1..]]
            : throw new KedgeException(
                $"'{Origin}': tensors {string.Join(", ", parts.Select(Describe))} should have one type and one shape, to be joined; " +
                    "get the file again.");
    }

    private static string Describe(TensorEntry entry) => $"'{entry.Name}' {entry.Type} [{string.Join(", ", entry.Shape)}]";

    private KedgeException Twice(string target, string name) =>
        new($"'{Origin}': two of its tensors, '{name}' among them, stand for the same weight '{target}'; keep one of them.");

    private sealed record Origins(KeyChange Change, params string[] Names);
}
