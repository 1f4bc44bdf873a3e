using Kedge.Text;

namespace Kedge.Data;

/// <summary>Opens data sets of labelled images in any of the supported layouts.</summary>
public static class DatasetReader
{
    /// <summary>
    /// Opens a data set. Supported layouts:
    /// <list type="bullet">
    /// <item><description>a folder with one folder of images per class; or with <c>train</c>, <c>val</c> and
    /// <c>test</c> folders that hold the classes' folders (also <c>Training</c>, <c>dev</c>, <c>seg_test</c> and the
    /// like). Without such splits all images are training images;</description></item>
    /// <item><description>a zip of such folders; an enclosing folder is skipped;</description></item>
    /// <item><description>a CSV file with the columns <c>path</c>, <c>label</c> (a name, or a number from 0) and,
    /// optionally, <c>split</c>;</description></item>
    /// <item><description>CoOp's <c>split_zhou_*.json</c>, optionally with one of its few-shot index
    /// files.</description></item>
    /// </list>
    /// Images are jpg, jpeg (jfif, jpe, …), png, webp, bmp and gif files, and those of codecs that were added
    /// (<see cref="Imaging.ImageCodec"/>); dot files are ignored. Folder and CSV classes are in ordinal
    /// order of their names. A link to a folder is followed where the folder has not been read yet. No image is read
    /// yet.
    /// </summary>
    /// <param name="path">The folder, zip, CSV or JSON file.</param>
    /// <param name="images">For CSV and JSON: the folder or zip to which paths are relative; default: the
    /// folder of the file.</param>
    /// <param name="fewShotIndex">For JSON: an index file (<c>shot_4-seed_1.json</c>); its images alone become the
    /// training and validation splits.</param>
    /// <param name="names">A list of names for classes that are called by ids: lines of an id and a name, CSV or JSON.
    /// Default: <c>classnames.txt</c>, <c>names.txt</c>, <c>synset_words.txt</c>, <c>LOC_synset_mapping.txt</c> or
    /// <c>words.txt</c> in the folder or beside the data, where the classes look like ids and it has them all.</param>
    /// <param name="zipNames">The encoding of names in zips that do not state theirs, such as <c>gbk</c>; default:
    /// UTF-8, and others are refused.</param>
    /// <param name="hasParts">For folders and zips: whether their folders are parts (one that is not named as a part is
    /// for training where no other is, and left out else) or classes. Default: told by their names, and refused where
    /// in doubt.</param>
    /// <returns>The data set: at least two classes, each with a training image (with any image where there is no
    /// training split); no duplicate images.</returns>
    /// <exception cref="KedgeException">Something is missing, damaged or contradictory; the
    /// message says what.</exception>
    public static ImageDataset Open(string path, string? images = null, string? fewShotIndex = null,
        string? names = null, string? zipNames = null, bool? hasParts = null) =>
        Open(path, images, fewShotIndex, names, zipNames, hasParts, allowsOne: false);

    /// <summary>The same, where one class may be enough (<c>allowsOne</c>), as beside others learned before.</summary>
    internal static ImageDataset Open(
        string path, string? images, string? fewShotIndex, string? names, string? zipNames, bool? hasParts, bool allowsOne)
    {
        var dataset = Read(path, images, fewShotIndex, names, zipNames, hasParts);
        return allowsOne || dataset.ClassNames.Count > 1 ? dataset : throw new KedgeException(
            $"{path} has only one class, '{dataset.ClassNames[0]}'; expected at least two: add photos of what it is to be told from.");
    }

    private static ImageDataset Read(
        string path, string? images, string? fewShotIndex, string? names, string? zipNames, bool? hasParts)
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
        if (hasParts is not null && kind is (".csv" or ".json"))
            throw new KedgeException($"The data set {path} states the part of each image itself, so that what folders are has no " +
                "meaning; leave it out (--folders).");
        var encoding = zipNames is null ? null : ZipNames.Encoding(zipNames);
        return kind switch
        {
            "a folder" => ClassFolders.Read(new FolderImages(path), Name, hasParts),
            ".zip" => ClassFolders.Read(new ZipImages(path, encoding), Name, hasParts),
            ".csv" => CsvDataset.Read(path, RootOf(), Name),
            ".json" => SplitFile.Read(path, RootOf(), fewShotIndex, names is null ? null : Name),
            _ => throw new KedgeException($"The data set {path} is of no known kind; expected a folder, or a .zip, .csv or .json file."),
        };

        ImageRoot RootOf() => ImageRoot.Open(images ?? Path.GetDirectoryName(Path.GetFullPath(path))!, encoding);

        ClassNaming Name(IReadOnlyList<string> ids) => names is not null ? ClassNameList.Name(names, ids)
            : ClassNameList.NameBeside(path, [isFolder ? path : null, Path.GetDirectoryName(Path.GetFullPath(path))], ids);
    }
}
