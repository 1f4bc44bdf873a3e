using System.Collections.Concurrent;

namespace Kedge.Features;

/// <summary>
/// A store of features by content hash, of one encoder and one set of views; in memory, and on disk where it has a
/// folder. New features are written a file at a time, so that an interrupted run loses at most one file of them. One
/// thread adds; others may read concurrently.
/// </summary>
internal sealed class FeatureStore
{
    /// <summary>Rows per file: 2 MB at 512 values.</summary>
    public const int RowsPerFile = 1024;

    private readonly ConcurrentDictionary<string, float[]> _rows = [];
    private readonly List<string> _unwritten = [];
    private readonly List<string> _written = []; // by this process, or not to be written
    private readonly string _description;
    private readonly Action<string> _warn;
    private string? _folder; // null: in memory alone

    private FeatureStore(string? folder, string description, Action<string> warn) =>
        (_folder, _description, _warn) = (folder, description, warn);

    /// <summary>A store in memory alone.</summary>
    public static FeatureStore InMemory() => new(null, "", _ => { });

    /// <summary>
    /// Reads all valid files of a folder. Damaged ones are deleted; those of another store are ignored.
    /// </summary>
    public static FeatureStore Open(string folder, string description, int rowLength, Action<string> warn)
    {
        var store = new FeatureStore(folder, description, warn);
        store.Read(folder, description, rowLength, warn);
        return store;
    }

    /// <summary>As <see cref="Open"/>, from another folder, whose rows are taken where there is none yet.</summary>
    public void Read(string folder, string description, int rowLength, Action<string> warn)
    {
        foreach (var path in Directory.Exists(folder) ? Directory.GetFiles(folder, "*" + FeatureCacheFile.Extension) : [])
        {
            switch (FeatureCacheFile.Read(path, description, rowLength))
            {
                case { Fault: null } file:
                    foreach (var (content, row) in file.Rows)
                        _rows.TryAdd(content, row);
                    break;
                case { Damaged: true, Fault: var fault }:
                    var removed = TryRemove(path);
                    warn($"The feature cache's block '{path}' is damaged and {(removed ? "is" : "cannot be")} removed; " +
                        $"its images are encoded again: {fault}");
                    break;
                case { Fault: var fault }:
                    warn($"The feature cache's block '{path}' is not used: {fault}");
                    break;
            }
        }
    }

    public bool Contains(string content) => _rows.ContainsKey(content);

    public float[] this[string content] => _rows[content];

    /// <summary>Adds the features of an image.</summary>
    /// <param name="content">The hash of its file.</param>
    /// <param name="row">The features.</param>
    /// <param name="keep">Whether they are written, too.</param>
    public void Add(string content, float[] row, bool keep = true)
    {
        _rows[content] = row;
        (keep ? _unwritten : _written).Add(content);
        if (_unwritten.Count >= RowsPerFile)
            Write();
    }

    /// <summary>
    /// Writes the features that are not yet on disk; where that fails, they and all later ones stay in memory.
    /// </summary>
    public void Write()
    {
        try
        {
            if (_folder is not null && _unwritten.Count > 0)
                FeatureCacheFile.Write(
                    _folder, _description, [.. _unwritten.Select(content => KeyValuePair.Create(content, _rows[content]))]);
        }
        catch (KedgeException e)
        {
            _folder = null;
            _warn($"Features are not kept between runs: {e.Message}");
        }
        _written.AddRange(_unwritten);
        _unwritten.Clear();
    }

    /// <summary>Forgets the features that were added here and written since, so that memory stays bounded.</summary>
    public void Trim()
    {
        foreach (var content in _written)
            _rows.TryRemove(content, out _);
        _written.Clear();
    }

    private static bool TryRemove(string path)
    {
        try
        {
            File.Delete(path);
            return true;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }
}
