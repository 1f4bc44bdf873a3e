using Kedge.Data;
using Kedge.Tests.Support;

namespace Kedge.Tests.Data;

public sealed class LinkTests : IDisposable
{
    private readonly TemporaryFolder _temp =
        new TemporaryFolder().With("photos/a/1.jpg", "photos/a/2.jpg", "photos/b/3.jpg", "other/4.jpg");

    public LinkTests() => Assert.SkipWhen(OperatingSystem.IsWindows(), "Links need rights on Windows.");

    private string Photos => _temp["photos"];

    public void Dispose() => _temp.Dispose();

    [Fact]
    public void A_link_back_to_the_whole_is_not_followed()
    {
        Link("photos/a/up", "..");
        var dataset = DatasetReader.Open(Photos);
        Assert.Equal(3, dataset.Train.Count);
        Assert.Equal([$"1 of the links in {Photos} lead to folders that are read elsewhere, and are not followed: 'a/up'."], dataset.Notes);
    }

    [Fact]
    public void Two_links_that_lead_to_each_other_end()
    {
        Link("photos/a/x", "../b");
        Link("photos/b/y", "../a");
        Link("photos/a/out", "../..");
        Assert.Equal(3, DatasetReader.Open(Photos).Train.Count);
        Link("photos/a/1", "2");
        Link("photos/a/2", "1");
        var dataset = DatasetReader.Open(Photos);
        Assert.Equal(3, dataset.Train.Count);
        Assert.Contains($"2 of the links in {Photos} lead nowhere and are left out: 'a/1', ….", dataset.Notes);
    }

    [Fact]
    public void A_link_to_another_place_is_followed_once()
    {
        Link("photos/c", "../other");
        Link("photos/d", "../other");
        var dataset = DatasetReader.Open(Photos);
        Assert.Equal(["a", "b", "c"], dataset.ClassNames);
        Assert.Equal(Path.Combine(Photos, "c/4.jpg"), dataset.Train[^1].Image.Name);
        Assert.Equal([$"1 of the links in {Photos} lead to folders that are read elsewhere, and are not followed: 'd'."], dataset.Notes);
    }

    [Fact]
    public void A_photo_that_a_link_of_its_class_leads_to_counts_once()
    {
        Link("photos/a/again.jpg", "1.jpg");
        var dataset = DatasetReader.Open(Photos);
        Assert.Equal(3, dataset.Train.Count);
        Assert.Equal([$"1 images of {Photos} are links to others of their class, and count once: " +
            $"'{Path.Combine(Photos, "a/again.jpg")}' first."], dataset.Notes);
        Assert.Equal(3, ImageFiles.Open([Photos]).Count);
    }

    [Fact]
    public void A_photo_of_two_classes_by_a_link_is_refused()
    {
        Link("photos/b/also.jpg", "../a/1.jpg");
        Assert.Equal($"{Photos} has the image {Path.Combine(Photos, "b/also.jpg")} twice (parts: Train, Train); " +
            "expected every image once: take one of them away.", Assert.Throws<KedgeException>(() => DatasetReader.Open(Photos)).Message);
    }

    [Fact]
    public void A_link_to_nothing_is_left_out_and_said()
    {
        Link("photos/a/5.jpg", "nowhere.jpg");
        Assert.Equal([$"1 of the links in {Photos} lead nowhere and are left out: 'a/5.jpg'."], DatasetReader.Open(Photos).Notes);
    }

    [Fact]
    public void Rows_of_a_CSV_may_name_one_photo_by_a_link_once()
    {
        Link("photos/c", "a");
        var csv = _temp.Write("data.csv", "path,label\nphotos/a/1.jpg,a\nphotos/c/1.jpg,a\nphotos/b/3.jpg,b\n");
        Assert.Equal(2, DatasetReader.Open(csv).Train.Count);
    }

    [Fact]
    public void A_name_that_is_not_UTF8_is_refused()
    {
        using var shell = System.Diagnostics.Process.Start("sh", ["-c", $"mkdir \"$(printf '{Photos}/caf\\351')\""]);
        shell.WaitForExit();
        Assert.Equal($"The folder {Photos} has the name 'caf\ufffd', which is not UTF-8; rename it (as convmv does).",
            Assert.Throws<KedgeException>(() => DatasetReader.Open(Photos)).Message);
        using var remover = System.Diagnostics.Process.Start("sh", ["-c", $"rm -r \"$(printf '{Photos}/caf\\351')\""]);
        remover.WaitForExit();
    }

    private void Link(string path, string target) => File.CreateSymbolicLink(_temp[path], target);
}
