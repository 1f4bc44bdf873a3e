using Kedge.Data.Benchmarks;
using Kedge.Tests.Support;

namespace Kedge.Tests.Data.Benchmarks;

public sealed class BenchmarkDatasetTests : IDisposable
{
    private readonly TemporaryFolder _root = new();

    public void Dispose() => _root.Dispose();

    [Fact]
    public void The_counts_are_those_of_the_protocol()
    {
        Assert.Equal(11, BenchmarkDataset.All.Count);
        Assert.Equal(
            "1000 100 37 196 102 101 100 397 47 10 101", string.Join(' ', BenchmarkDataset.All.Select(dataset => dataset.ClassCount)));
        Assert.Equal(133_696, BenchmarkDataset.All.Sum(dataset => dataset.Test));
        Assert.Equal("{} texture.", BenchmarkDataset.Find("dtd").Template.Text);
        Assert.Equal("There is no data set 'mnist' among the field's eleven: nearest are SUN397 and DTD; there are ImageNet, Caltech101, " +
            "OxfordPets, StanfordCars, Flowers102, Food101, FGVCAircraft, SUN397, DTD, EuroSAT, UCF101.",
            Assert.Throws<KedgeException>(() => BenchmarkDataset.Find("mnist")).Message);
    }

    [Theory]
    [InlineData("OxfordPets", "OxfordPets")]
    [InlineData("oxford_pets", "OxfordPets")]
    [InlineData("Oxford-Pets", "OxfordPets")]
    [InlineData("oxford_flowers", "Flowers102")]
    [InlineData("caltech101", "Caltech101")]
    [InlineData("caltech-101", "Caltech101")]
    [InlineData("fgvc_aircraft", "FGVCAircraft")]
    public void Names_and_folders_are_known(string given, string name) => Assert.Equal(name, BenchmarkDataset.Find(given).Name);

    [Fact]
    public void The_images_of_an_index_file_become_the_parts()
    {
        Images("pets/images", "a.jpg", "b.jpg", "c.jpg", "d.jpg");
        _root.Write(
            "pets/split.json", """{"train":[["a.jpg",0,"cat"],["b.jpg",1,"dog"]],"val":[["c.jpg",0,"cat"]],"test":[["d.jpg",1,"dog"]]}""");
        var index = _root.Write("index.json", """{"train":{"data":[{"impath":"x/a.jpg","label":0,"classname":"cat"},{"impath":"x/b.jpg","label":1,"classname":"dog"}]},"val":{"data":[]}}""");
        Assert.Empty(Tiny("pets", "images", "split.json", 1, 1).Open(_root.Path, index).Validation);
    }

    [Fact]
    public void A_split_file_is_read_with_its_images()
    {
        Images("pets/images", "a.jpg", "b.jpg", "c.jpg", "d.jpg");
        _root.Write(
            "pets/split.json", """{"train":[["a.jpg",0,"cat"],["b.jpg",1,"dog"]],"val":[["c.jpg",0,"cat"]],"test":[["d.jpg",1,"dog"]]}""");
        var dataset = Tiny("pets", "images", "split.json", 1, 1).Open(_root.Path);
        Assert.Equal("Tiny", dataset.Name);
        Assert.Equal(["cat", "dog"], dataset.ClassNames);
    }

    [Fact]
    public void Aircraft_is_read_from_its_lists()
    {
        Images("air/images", "01.jpg", "02.jpg", "03.jpg", "04.jpg");
        _root.Write("air/variants.txt", "A310\nBoeing 707\n");
        _root.Write("air/images_variant_train.txt", "01 A310\n02 Boeing 707\n");
        _root.Write("air/images_variant_val.txt", "03 Boeing 707\n");
        _root.Write("air/images_variant_test.txt", "04 A310\n");
        var dataset = Tiny("air", "images", "images_variant_train.txt", 1, 1).Open(_root.Path);
        Assert.Equal(["A310", "Boeing 707"], dataset.ClassNames);
        Assert.Equal(1, dataset.Validation[0].Label);

        _root.Write("air/images_variant_val.txt", "03 Concorde\n");
        Assert.EndsWith("names the variant 'Concorde', which is not in variants.txt; get the data set again.",
            Assert.Throws<KedgeException>(() => Tiny("air", "images", "images_variant_train.txt", 1, 1).Open(_root.Path)).Message);
    }

    [Fact]
    public void Imagenet_is_read_from_its_folders_and_tests_on_val()
    {
        _root.Write("net/classnames.txt", "n01 tench\nn02 great white shark\n");
        Images("net/images/train/n01", "a.JPEG");
        Images("net/images/train/n02", "b.JPEG");
        Images("net/images/val/n01", "c.JPEG");
        Images("net/images/val/n02", "d.JPEG");
        var dataset = Tiny("net", "images", "classnames.txt", 0, 2).Open(_root.Path);
        Assert.Equal(["tench", "great white shark"], dataset.ClassNames);
        Assert.Empty(dataset.Validation);
    }

    [Fact]
    public void What_is_left_out_of_Imagenet_is_told_and_may_be_what_is_missing()
    {
        _root.Write("net/classnames.txt", "n01 tench\nn02 great white shark\n");
        Images("net/images/train/n01", "a.JPEG", "b.tif");
        Images("net/images/train/n02", "c.JPEG");
        Images("net/images/val/n01", "d.JPEG");
        Images("net/images/val/n02", "e.JPEG");
        Directory.CreateSymbolicLink(_root["net/images/val/n04"], _root["net/images/val"]);
        string[] notes =
        [
            $"In {_root["net/images/train"]} 1 photo is of a kind that is not read (.tif), and left out: 'n01/b.tif'; " +
                "save it as JPEG or PNG, or add the package Kedge.Imaging.Magick.",
            $"1 of the links in {_root["net/images/val"]} lead to folders that are read elsewhere, and are not followed: 'n04'.",
        ];
        Assert.Equal(notes, Tiny("net", "images", "classnames.txt", 0, 2).Open(_root.Path).Notes);
        Assert.Equal($"Tiny in {_root["net"]} has 2 classes, 2 training, 0 validation and 2 test images; the protocol's has 2 classes, " +
            $"2 training, 0 validation and 3 test images: get it again. {notes[0]} {notes[1]}",
            Assert.Throws<KedgeException>(() => Tiny("net", "images", "classnames.txt", 0, 3).Open(_root.Path)).Message);
        Directory.Delete(_root["net/images/val/n02"], recursive: true);
        Assert.Equal($"ImageNet is not whole: there is no {_root["net/images/val/n02"]}; expected the images of a class.",
            Assert.Throws<KedgeException>(() => Tiny("net", "images", "classnames.txt", 0, 2).Open(_root.Path)).Message);
    }

    [Fact]
    public void What_is_missing_is_named_with_its_place()
    {
        var dataset = Tiny("pets", "images", "split.json", 1, 1);
        string Lack() => Assert.Throws<KedgeException>(() => dataset.Open(_root.Path)).Message;
        Assert.Equal($"Tiny is not whole: there is no {_root["pets"]}; expected a folder.", Lack());
        Directory.CreateDirectory(_root["pets"]);
        Assert.Equal($"Tiny is not whole: there is no {_root["pets/split.json"]}; expected CoOp's split file.", Lack());
        _root.Write("pets/split.json", """{"train":[["a.jpg",0,"cat"],["b.jpg",1,"dog"]],"val":[],"test":[["c.jpg",0,"cat"]]}""");
        Assert.Equal($"Tiny is not whole: there is no {_root["pets/images"]}; expected the folder of its 4 images.", Lack());
        Images("pets/images", "a.jpg", "b.jpg");
        Assert.StartsWith($"Of the 3 images that {_root["pets/split.json"]} lists, 1 are not in {_root["pets/images"]}: c.jpg; ", Lack());
        Images("pets/images", "c.jpg");
        Assert.Equal($"Tiny in {_root["pets"]} has 2 classes, 2 training, 0 validation and 1 test images; " +
            "the protocol's has 2 classes, 2 training, 1 validation and 1 test images: get it again.", Lack());
    }

    [Fact]
    public void The_command_lists_what_is_found_and_what_is_not()
    {
        var lines = CliRun.Done("datasets", "--root", _root.Path).Split('\n');
        Assert.Equal("data set       classes      train     val    test  found", lines[0]);
        Assert.Equal(1 + 11 + 1, lines.Length);
        Assert.StartsWith("OxfordPets          37      2,944     736   3,669  OxfordPets is not whole: " +
            $"there is no {_root["oxford_pets"]}; ", lines[3]);
        Assert.Contains("\"whole\":false", CliRun.Done("datasets", "--root", _root.Path, "--json"), StringComparison.Ordinal);
    }

    private static BenchmarkDataset Tiny(string folder, string images, string list, int validation, int test) =>
        new("Tiny", folder, images, list, ClassCount: 2, Train: 2, validation, test, new("a photo of a {}."));

    private void Images(string folder, params string[] names)
    {
        foreach (var name in names)
            _root.Write($"{folder}/{name}", [1]);
    }
}
