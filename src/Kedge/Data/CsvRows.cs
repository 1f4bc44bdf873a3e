using CsvHelper;
using Kedge.Runtime;

namespace Kedge.Data;

/// <summary>Reads CSV files with a header.</summary>
internal static class CsvRows
{
    /// <summary>The rows below the header.</summary>
    /// <param name="path">The file.</param>
    /// <param name="required">The required columns.</param>
    /// <param name="expected">The columns in words, for messages: "path and caption".</param>
    /// <param name="read">Parses the current row.</param>
    /// <exception cref="KedgeException">The file cannot be read, is damaged, or lacks a column.</exception>
    internal static List<T> Read<T>(string path, IReadOnlyList<string> required, string expected, Func<CsvReader, T> read)
    {
        try
        {
            using var csv = CsvReader.FromText(UserFile.ReadAllText(path), new CsvReaderOptions
            {
                TrimWhitespace = true,
                TrackLineNumbers = true,
                MalformedData = CsvMalformedDataHandling.Throw,
            });
            if (required.Any(column => !csv.TryGetFieldIndex(column, out _)))
                throw new KedgeException(
                    $"The CSV file {path} has the columns {string.Join(", ", csv.Headers.ToArray())}; expected {expected}.");
            List<T> rows = [];
            while (csv.Read())
                rows.Add(read(csv));
            return rows;
        }
        catch (CsvFormatException e)
        {
            throw new KedgeException($"The CSV file {path} is damaged near line {e.LineNumber} ({e.Message}); " +
                $"expected rows of {expected}, with quotes in pairs.", e);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new KedgeException($"The CSV file {path} cannot be read ({e.Message}); check the file and its permissions.", e);
        }
    }
}
