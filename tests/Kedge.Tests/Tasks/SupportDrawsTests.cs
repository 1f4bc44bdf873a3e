using Kedge.Data;
using Kedge.Tasks;
using Kedge.Tests.Support;

namespace Kedge.Tests.Tasks;

public sealed class SupportDrawsTests : IDisposable
{
    private readonly TemporaryFolder _folder = new TemporaryFolder().With(
        [.. from part in (string[])["train", "test"]
            from name in (string[])["cat", "dog"] from i in Enumerable.Range(0, 4) select $"photos/{part}/{name}/{i}.jpg"]);

    [Fact]
    public void There_is_a_draw_for_each_number_of_shots_and_each_seed()
    {
        var dataset = DatasetReader.Open(_folder["photos"]);
        var draws = SupportDraws.Sample(dataset, [1, 3], [5, 6]);
        Assert.Equal(("photos", 8), (draws.Name, draws.Test.Count));
        Assert.Equal([(1, 5), (1, 6), (3, 5), (3, 6)], draws.Draws.Select(draw => (draw.Shots, draw.Seed)));
        Assert.Equal(SupportSampler.Sample(dataset, 3, 6), draws.Draws[3].Support);
    }

    [Fact]
    public void Data_without_a_test_part_are_refused()
    {
        Directory.Delete(_folder["photos/test"], recursive: true);
        Assert.Equal("Drawing from the data set photos found no test part, on which accuracy is measured: " +
            "lay its photos out as train/CLASS/… and test/CLASS/….",
            Assert.Throws<KedgeException>(() => SupportDraws.Sample(DatasetReader.Open(_folder["photos"]), [1], [1])).Message);
    }

    [Fact]
    public void The_draws_of_published_results_are_taken_as_they_are()
    {
        Assert.SkipUnless(SharedData.Exists, SharedData.Absent);
        var (split, images, folder) = (SharedData.Get("protocol", "split_zhou_Caltech101.json"),
            SharedData.Get("data", "caltech101-128px.zip"), SharedData.Get("protocol", "caltech101"));
        var draws = SupportDraws.Read(split, images, folder, [2], [1, 3]);
        Assert.Equal(2465, draws.Test.Count);
        Assert.Equal([200, 200], draws.Draws.Select(draw => draw.Support.Count));
        Assert.Equal(DatasetReader.Open(split, images, Path.Combine(folder, "shot_2-seed_3.json")).Train.Select(image => image.Image.Name),
            draws.Draws[1].Support.Select(image => image.Image.Name));
        Assert.Equal($"There is no index file '{Path.Combine(folder, "shot_3-seed_1.json")}', " +
            "which 3 shots and seed 1 are to be taken from: choose another folder (--index-folder), or shots and seeds that it has.",
            Assert.Throws<KedgeException>(() => SupportDraws.Read(split, images, folder, [3], [1])).Message);
    }

    public void Dispose() => _folder.Dispose();
}
