namespace Kedge.Data;

/// <summary>Opens data sets of labelled images in any of the supported layouts.</summary>
public static class DatasetReader
{
    /// <summary>
    /// Opens a data set. Supported layouts:
    /// <list type="bullet">
    /// <item><description>a folder with one folder of images per class; or with <c>train</c>, <c>val</c> (<c>valid</c>,
    /// <c>validation</c>) and <c>test</c> folders that hold the classes' folders. Without such splits all images are
    /// training images;</description></item>
    /// <item><description>a zip of such folders; an enclosing folder is skipped;</description></item>
    /// <item><description>a CSV file with the columns <c>path</c>, <c>label</c> (a name, or a number from 0) and,
    /// optionally, <c>split</c>;</description></item>
    /// <item><description>CoOp's <c>split_zhou_*.json</c>, optionally with one of its few-shot index
    /// files.</description></item>
    /// </list>
    /// Images are jpg, jpeg, png, webp, bmp and gif files; dot files are ignored. Folder and CSV classes are in ordinal
    /// order of their names. No image is read yet.
    /// </summary>
    /// <param name="path">The folder, zip, CSV or JSON file.</param>
    /// <param name="images">For CSV and JSON: the folder or zip to which paths are relative; default: the
    /// folder of the file.</param>
    /// <param name="fewShotIndex">For JSON: an index file (<c>shot_4-seed_1.json</c>); its images alone become the
    /// training and validation splits.</param>
    /// <returns>The data set: at least two classes, each with a training image (with any image where there is no
    /// training split); no duplicate images.</returns>
    /// <exception cref="KedgeException">Something is missing, damaged or contradictory; the
    /// message says what.</exception>
    public static ImageDataset Open(string path, string? images = null, string? fewShotIndex = null)
    {
        var isFolder = Directory.Exists(path);
        if (!isFolder && !File.Exists(path))
            throw new KedgeException($"There is no data set at {path}; expected a folder, or a .zip, .csv or .json file.");
        var kind = isFolder ? "a folder" : Path.GetExtension(path).ToLowerInvariant();
        if (images is not null && kind is not (".csv" or ".json"))
            throw new KedgeException($"The data set {path} brings its own images, so that images elsewhere ({images}) have no meaning; " +
                "leave them out (--images).");
        if (fewShotIndex is not null && kind is not ".json")
            throw new KedgeException($"The data set {path} is no split file, and the few-shot index {fewShotIndex} needs one; " +
                "give CoOp's split_zhou_*.json.");
        return kind switch
        {
            "a folder" => ClassFolders.Read(new FolderImages(path)),
            ".zip" => ClassFolders.Read(new ZipImages(path)),
            ".csv" => CsvDataset.Read(path, RootOf()),
            ".json" => SplitFile.Read(path, RootOf(), fewShotIndex),
            _ => throw new KedgeException($"The data set {path} is of no known kind; expected a folder, or a .zip, .csv or .json file."),
        };

        ImageRoot RootOf() => ImageRoot.Open(images ?? Path.GetDirectoryName(Path.GetFullPath(path))!);
    }
}
