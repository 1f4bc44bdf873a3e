using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using Kedge.Runtime;

namespace Kedge.Experiments;

/// <summary>
/// The finished rows of a comparison in <c>rows.jsonl</c>, a JSON object a line, from which an interrupted run resumes.
/// One process at a time may have it open.
/// </summary>
public sealed class ComparisonLog : IDisposable
{
    /// <summary>The file in the folder of a comparison.</summary>
    public const string FileName = "rows.jsonl";

    /// <summary>The JSON format of rows: <c>{"method":"rtos","fit_seconds":0.5}</c>.</summary>
    internal static readonly JsonSerializerOptions Format = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    private readonly Dictionary<(string, string, int?, int?, string, string, string?), ComparisonRow> _rows = [];
    private readonly FileStream _file;
    private readonly bool _madeFolder;

    private ComparisonLog(string folder, string path)
    {
        _madeFolder = !Directory.Exists(folder);
        Directory.CreateDirectory(folder);
        // elsewhere sharing is by advisory locks, and only None keeps another writer out
        var others = OperatingSystem.IsWindows() ? FileShare.Read : FileShare.None;
        _file = new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, others);
    }

    /// <summary>How many rows there are, failed ones among them.</summary>
    public int Count => _rows.Count;

    /// <summary>Opens the rows of a folder. A last line that was not written to its end is dropped.</summary>
    /// <param name="folder">The folder; made where there is none.</param>
    /// <param name="retry">Whether runs that failed count as not finished, so that they are tried again.</param>
    /// <exception cref="KedgeException">The folder cannot be written to, another process has it open, or a
    /// line is no row.</exception>
    public static ComparisonLog Open(string folder, bool retry = false)
    {
        var path = Path.Combine(folder, FileName);
        ComparisonLog? log = null;
        try
        {
            log = new ComparisonLog(folder, path);
            log.Read(path, retry);
            return log;
        }
        catch (Exception e)
        {
            log?.Dispose();
            throw e is IOException or UnauthorizedAccessException
                ? new KedgeException($"The rows of the comparison in '{folder}' cannot be opened: {e.Message} " +
                    "Choose a folder that you may write to, and run one comparison in it at a time.", e)
                : e;
        }
    }

    /// <summary>Closes the file; one without rows is removed, with its folder if that was made for it.</summary>
    public void Dispose()
    {
        if (!_file.CanWrite)
            return;
        var isEmpty = _file.Length == 0;
        _file.Dispose();
        if (isEmpty)
            File.Delete(_file.Name);
        if (isEmpty && _madeFolder && !Directory.EnumerateFileSystemEntries(Path.GetDirectoryName(_file.Name)!).Any())
            Directory.Delete(Path.GetDirectoryName(_file.Name)!);
    }

    /// <summary>The row of the same run; <see langword="null"/> where it is not finished.</summary>
    internal ComparisonRow? Find(ComparisonRow like) => _rows.GetValueOrDefault(like.Key);

    /// <summary>Appends a row and flushes it to disk.</summary>
    internal void Append(ComparisonRow row)
    {
        try
        {
            _file.Write(Encoding.UTF8.GetBytes($"{JsonSerializer.Serialize(row, Format)}\n"));
            _file.Flush(flushToDisk: true);
            _rows[row.Key] = row;
        }
        catch (IOException e)
        {
            throw new KedgeException($"A row cannot be written to '{_file.Name}': {e.Message} Free some space and run again; " +
                "the rows written so far are kept.", e);
        }
    }

    private void Read(string path, bool retry)
    {
        var bytes = new byte[_file.Length];
        _file.ReadExactly(bytes);
        var whole = bytes.AsSpan().LastIndexOf((byte)'\n') + 1;
        _file.SetLength(whole);
        _file.Position = whole;
        foreach (var (index, line) in Encoding.UTF8.GetString(bytes, 0, whole).Split('\n').Index().Where(line => line.Item.Length > 0))
        {
            try
            {
                var row = JsonSerializer.Deserialize<ComparisonRow>(line, Format) ?? throw new JsonException("It is null.");
                if (row.Correct is not null)
                    CorrectnessBits.Read(row.Correct, row.Queries);
                if (row.Error is null || !retry)
                    _rows[row.Key] = row;
            }
            catch (JsonException e)
            {
                throw new KedgeException($"Line {index + 1} of '{path}' is no row of a comparison ({e.Describe()}): take the line away, " +
                    "or choose another folder.", e);
            }
        }
    }
}
