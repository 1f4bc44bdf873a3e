using Kedge.Tensors;
using static TorchSharp.torch;

namespace Kedge.Checkpoints;

/// <summary>
/// A sharded checkpoint: several files beside an index (<c>model.safetensors.index.json</c>), whose <c>weight_map</c>
/// maps each tensor to its file.
/// </summary>
internal sealed class ShardedTensors : TensorSource
{
    private readonly Dictionary<string, TensorSource> _shards = [];
    private readonly Dictionary<string, TensorSource> _shardOf = [];

    private ShardedTensors(string origin) => Origin = origin;

    /// <inheritdoc/>
    public override string Origin { get; }

    /// <inheritdoc/>
    public override IReadOnlyDictionary<string, TensorEntry> Entries =>
        field ??= _shardOf.ToDictionary(pair => pair.Key, pair => pair.Value.Entries[pair.Key]);

    /// <summary>Opens every shard of an index. Tensors that the index does not list are left out.</summary>
    /// <param name="indexPath">The index; the shards lie beside it.</param>
    /// <param name="openShard">Opens one file.</param>
    /// <exception cref="KedgeException">The index is not valid, shards are missing (all are named), or one lacks a
    /// tensor that it should hold.</exception>
    public static ShardedTensors Open(string indexPath, Func<string, TensorSource> openShard)
    {
        using var index = SettingsFile.Open(indexPath);
        var shardOf = index.Texts("weight_map");
        var folder = Path.GetDirectoryName(Path.GetFullPath(indexPath))!;
        var shards = shardOf.Values.Distinct().Order(StringComparer.Ordinal).ToArray();
        if (Array.Find(shards, shard => !IsPlainName(shard)) is { } outside)
            throw new KedgeException($"The index '{indexPath}' names the shard '{outside}', which is no plain file name; " +
                "shards must lie beside their index.");
        var missing = shards.Where(shard => !File.Exists(Path.Combine(folder, shard))).ToArray();
        if (missing.Length > 0)
        {
            throw new KedgeException($"The index '{indexPath}' names {shards.Length} shards, of which {missing.Length} are missing: " +
                $"{string.Join(", ", missing)}; put them beside the index.");
        }
        var source = new ShardedTensors(indexPath);
        try
        {
            foreach (var shard in shards)
                source._shards.Add(shard, openShard(Path.Combine(folder, shard)));
            foreach (var (name, shard) in shardOf)
                source._shardOf.Add(name, source._shards[shard]);
            source.CheckLists();
            return source;
        }
        catch
        {
            source.Dispose();
            throw;
        }
    }

    /// <inheritdoc/>
    public override Tensor Read(string name) => _shardOf[Entry(name).Name].Read(name);

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        foreach (var shard in _shards.Values)
            shard.Dispose();
        base.Dispose(disposing);
    }

    private static bool IsPlainName(string shard) =>
        shard.Length > 0 && shard is not ("." or "..") && shard.IndexOfAny(['/', '\\', ':', '\0']) < 0;

    private void CheckLists()
    {
        var lacking = _shardOf.Where(pair => !pair.Value.Entries.ContainsKey(pair.Key))
            .Select(pair => $"{pair.Key} (in {Path.GetFileName(pair.Value.Origin)})").ToArray();
        if (lacking.Length > 0)
        {
            throw new KedgeException($"The index '{Origin}' lists tensors that its shards lack: {string.Join(", ", lacking)}; " +
                "get the shards again, all of one version.");
        }
    }
}
