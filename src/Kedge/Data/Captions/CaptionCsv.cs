using Kedge.Text;

namespace Kedge.Data.Captions;

/// <summary>
/// Images and captions in a CSV file with the columns <c>path</c> and <c>caption</c>; an image with several
/// captions has several rows.
/// </summary>
internal static class CaptionCsv
{
    /// <summary>CLIP's context length without start and end of text.</summary>
    private const int MaxTokens = 75;

    /// <summary>Reads a file.</summary>
    /// <param name="path">The CSV file.</param>
    /// <param name="images">The folder or zip to which paths are relative; null for the folder of the file.</param>
    /// <returns>The images in order of their first rows; images with equal captions form a group.</returns>
    /// <exception cref="KedgeException">The file is damaged, a caption is empty or longer than 75 tokens, or
    /// images are missing.</exception>
    public static IReadOnlyList<CaptionedImage> Read(string path, string? images = null)
    {
        var rows = CsvRows.Read(path, ["path", "caption"], "path and caption",
            csv => (Image: csv.GetString("path"), Caption: Checked(csv.GetString("caption"), csv.LineNumber, path)));
        if (rows.Count == 0)
            throw new KedgeException($"The CSV file {path} has no row; expected an image and a caption a row.");
        var captions = rows.GroupBy(row => row.Image).ToDictionary(group => group.Key, group => group.Select(row => row.Caption).ToArray());
        var names = rows.Select(row => row.Image).Distinct().ToList();
        var files = ImageRoot.Open(images ?? Path.GetDirectoryName(Path.GetFullPath(path))!).FindAll(names, path);
        var groups = new Dictionary<string, int>();
        return [.. names.Zip(files, (name, file) => new CaptionedImage(file, captions[name], GroupOf(captions[name])))];

        int GroupOf(string[] texts)
        {
            var meaning = string.Join('\n', texts.Order(StringComparer.Ordinal));
            groups.TryAdd(meaning, groups.Count);
            return groups[meaning];
        }
    }

    private static string Checked(string caption, long line, string path)
    {
        if (caption.Length == 0)
            throw new KedgeException($"Line {line} of {path} has no caption; write one, or take the line away.");
        var tokens = ClipTokenizer.Default.Encode(caption).Length - 2;
        return tokens <= MaxTokens ? caption
            : throw new KedgeException($"Line {line} of {path} has a caption of {tokens} tokens, and CLIP reads {MaxTokens}; shorten it.");
    }
}
