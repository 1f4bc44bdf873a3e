using Kedge.Data;
using Kedge.Imaging;
using Kedge.Tasks;

namespace Kedge.Tests.Tasks;

public class SupportSamplerTests
{
    [Fact]
    public void A_seed_draws_the_same_images_on_every_platform() =>
        Assert.Equal(
            ["a/07", "a/04", "a/05", "b/01", "b/06", "b/05"],
            Names(SupportSampler.Sample(Dataset(10), shots: 3, seed: 1)));

    [Theory]
    [InlineData(1)]
    [InlineData(5)]
    [InlineData(10)]
    public void Every_class_has_its_shots_and_no_image_comes_twice(int shots)
    {
        var support = SupportSampler.Sample(Dataset(10), shots, seed: 7);
        Assert.Equal([.. Enumerable.Repeat(0, shots), .. Enumerable.Repeat(1, shots)], support.Select(image => image.Label));
        Assert.Equal(2 * shots, support.Select(image => image.Image.Name).Distinct().Count());
    }

    [Fact]
    public void The_order_of_the_list_does_not_matter()
    {
        var dataset = Dataset(10);
        Assert.Equal(
            Names(SupportSampler.Sample(dataset, 4, seed: 3)),
            Names(SupportSampler.Sample(dataset with { Train = [.. dataset.Train.Reverse()] }, 4, seed: 3)));
    }

    [Fact]
    public void Fewer_shots_are_the_first_of_more()
    {
        var many = SupportSampler.Sample(Dataset(10), 8, seed: 3).Where(image => image.Label == 1);
        Assert.Equal(Names(many.Take(2)), Names(SupportSampler.Sample(Dataset(10), 2, seed: 3).Where(image => image.Label == 1)));
    }

    [Fact]
    public void Seeds_and_classes_draw_independently()
    {
        const int Seeds = 3000;
        const double Expected = Seeds / 10.0;
        const double SixSigma = 6 * 16.4; // standard deviation of one of ten equally likely counts in 3000
        var firsts = Enumerable.Range(0, Seeds)
            .Select(seed => Names(SupportSampler.Sample(Dataset(10), 1, seed)).Select(name => name[^1] - '0').ToArray()).ToList();
        for (var image = 0; image < 10; image++)
        {
            Assert.InRange(firsts.Count(first => first[0] == image), Expected - SixSigma, Expected + SixSigma);
            Assert.InRange(firsts.Count(first => (first[0] + image) % 10 == first[1]), Expected - SixSigma, Expected + SixSigma);
        }
    }

    [Theory]
    [InlineData(1, 1)]
    [InlineData(4, 4)]
    [InlineData(6, 4)]
    public void Validation_shots_are_disjoint_from_the_support_set(int shots, int validation)
    {
        var sample = SupportSampler.SampleWithValidation(Dataset(10), shots, seed: 2);
        Assert.Equal(Names(SupportSampler.Sample(Dataset(10), shots, seed: 2)), Names(sample.Support));
        Assert.Equal(2 * validation, sample.Validation.Count);
        Assert.Empty(Names(sample.Support).Intersect(Names(sample.Validation)));
    }

    [Fact]
    public void Validation_shots_come_from_the_validation_part_where_there_is_one()
    {
        var dataset = Dataset(10) with { Validation = Images("val", 5) };
        var sample = SupportSampler.SampleWithValidation(dataset, shots: 2, seed: 2);
        Assert.Equal(4, sample.Validation.Count);
        Assert.All(sample.Validation, image => Assert.Contains(image, dataset.Validation));
    }

    [Theory]
    [InlineData(false, "The class 'bee' has 3 images, too few for 4 shots; add images, or ask for fewer shots (--shots).")]
    [InlineData(true, "The class 'bee' has 3 images, too few for 4 shots and 4 more for validation; add images, " +
        "or ask for fewer shots (--shots).")]
    public void A_class_with_too_few_images_is_named(bool validation, string message)
    {
        var dataset = Dataset(10) with
        {
            Train = [.. Images("", 10).Where(image => image.Label == 0), .. Images("", 3).Where(image => image.Label == 1)],
        };
        Action sample = validation ? () => SupportSampler.SampleWithValidation(dataset, 4, 1) : () => SupportSampler.Sample(dataset, 4, 1);
        Assert.Equal(message, Assert.Throws<KedgeException>(sample).Message);
    }

    private static ImageDataset Dataset(int images) => new("bugs", ["ant", "bee"], Images("", images), [], []);

    private static List<LabelledImage> Images(string folder, int count) =>
        [.. Enumerable.Range(0, 2 * count).Select(i => new LabelledImage(new DiskImageFile($"{folder}{"ab"[i % 2]}/{i / 2:00}"), i % 2))];

    private static IEnumerable<string> Names(IEnumerable<LabelledImage> images) => images.Select(image => image.Image.Name);
}
