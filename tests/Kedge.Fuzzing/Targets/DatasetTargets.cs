using Kedge.Data;
using Kedge.Data.Benchmarks;
using Kedge.Data.Captions;
using Kedge.Data.Scenes;
using Kedge.Fuzzing.Corpora;

namespace Kedge.Fuzzing.Targets;

/// <summary>Data sets: zips, tables, split files, lists, captions.</summary>
internal static class DatasetTargets
{
    private const int MostImages = 20;

    public static IReadOnlyList<FuzzTarget> All { get; } =
    [
        new("photo-zip", Format.Zip, () => Archives.Photos, input => ReadAll(DatasetReader.Open(input.Write("photos.zip")))) { Share = 20 },
        new("csv", Format.Csv, () => Tables.Csv, input => ReadAll(DatasetReader.Open(input.Write("photos.csv")))) { Prepare = WritePhotos },
        new("split-json", Format.Json, () => Tables.Split, input => ReadAll(DatasetReader.Open(input.Write("split.json"))))
         { Prepare = WritePhotos },
        new("few-shot-index", Format.Json, () => Tables.Index, ReadIndex) { Prepare = WritePhotos },
        new("caption-csv", Format.Csv, () => Tables.Captions, input => CaptionCsv.Read(input.Write("captions.csv")))
         { Prepare = WritePhotos },
        new("descriptions", Format.Json, () => Tables.Descriptions, ReadDescriptions),
        new("scenes", Format.Json, () => Tables.Scenes, ReadScenes) { Prepare = WritePhotos },
        new("aircraft-list", Format.Text, () => Tables.Aircraft, ReadAircraft) { Prepare = WritePhotos, Share = 5 },
        new("imagenet-list", Format.Text, () => Tables.ImageNet, ReadImageNet) { Prepare = WritePhotos, Share = 5 },
    ];

    /// <summary>Reads the first photos of each part.</summary>
    public static void ReadAll(ImageDataset dataset)
    {
        foreach (var part in (IReadOnlyList<LabelledImage>[])[dataset.Train, dataset.Validation, dataset.Test])
        {
            foreach (var image in part.Take(MostImages))
                image.Image.ReadAllBytes();
        }
    }

    /// <summary>Four photos of two classes, as each of the lists names them.</summary>
    public static void WritePhotos(FuzzInput input)
    {
        foreach (var name in (string[])["a/0.png", "a/1.png", "b/0.png", "b/1.png", "images/0.jpg", "images/1.jpg", "train/n01/0.png",
            "train/n02/0.png",
            "val/n01/1.png", "val/n02/1.png"])
            input.Write(name, Archives.Photo);
        input.Write("split-of-index.json", Tables.Split[0]);
        input.Write("variants.txt", "737\nA 320\n");
    }

    private static void ReadIndex(FuzzInput input) =>
        DatasetReader.Open(Path.Combine(input.Folder, "split-of-index.json"), fewShotIndex: input.Write("index.json"));

    private static void ReadDescriptions(FuzzInput input)
    {
        foreach (var description in ClassDescription.ReadAll(input.Write("descriptions.json")).Values)
            description.Captions();
    }

    private static void ReadScenes(FuzzInput input)
    {
        input.Write(SceneFolder.Manifest);
        SceneFolder.Pairs(input.Folder);
    }

    private static void ReadAircraft(FuzzInput input)
    {
        foreach (var part in (string[])["train", "val", "test"])
            input.Write($"images_variant_{part}.txt", part == "train" ? input.Bytes : []);
        AircraftLists.Read(input.Folder, Path.Combine(input.Folder, "images"));
    }

    private static void ReadImageNet(FuzzInput input) => ImageNetFolders.Read(input.Write("classnames.txt"), input.Folder);
}
