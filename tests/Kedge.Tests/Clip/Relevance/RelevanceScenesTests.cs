using Kedge.Clip;
using Kedge.Clip.Relevance;
using Kedge.Clip.Towers;
using Kedge.Data.Scenes;
using Kedge.Imaging;
using static TorchSharp.torch;

namespace Kedge.Tests.Clip.Relevance;

/// <summary>What relevance is to mean, on drawings; docs/results/relevance.md has the figures.</summary>
public sealed class RelevanceScenesTests : IDisposable
{
    private const int Scenes = 200;

    private readonly ClipModel _clip = ClipModel.Load(EmbeddedModels.Scenes);

    /// <summary>One object in one of nine places, half as large as training has them.</summary>
    [Fact]
    public void Relevance_lies_in_the_box_of_the_object()
    {
        double share = 0, area = 0, pointed = 0;
        foreach (var (image, item, pair) in Located(seed: 1))
        {
            var (left, top, right, bottom) = Edges(item.Box, image.Width);
            share += pair.Patches.ShareIn(left, top, right, bottom) / Scenes;
            area += (right - left) * (bottom - top) / Scenes;
            var place = pair.Patches.Shares.Index().MaxBy(patch => patch.Item).Index;
            var (x, y) = (((place % 8) + 0.5) / 8, ((place / 8) + 0.5) / 8);
            pointed += x >= left && x <= right && y >= top && y <= bottom ? 1.0 / Scenes : 0;
        }
        Write($"share {share:0.000}, area {area:0.000}, ratio {share / area:0.00}, the most relevant patch inside {pointed:0.000}");
        Assert.InRange(share / area, 2, double.PositiveInfinity);
    }

    [Theory, InlineData(0.1, 0.35), InlineData(Localisation.Threshold, 0.38), InlineData(0.4, 0.3), InlineData(0.6, 0.2)]
    public void Boxes_overlap_the_object(double threshold, double least)
    {
        var overlap = Located(seed: 2).Average(scene => Overlap(
            Localisation.Find(scene.Pair, new(scene.Image.Width, scene.Image.Height), threshold).Box!.Value, scene.Item.Box));
        Write($"threshold {threshold}: mean overlap {overlap:0.000}");
        Assert.InRange(overlap, least, 1);
    }

    [Fact]
    public void Dropping_the_most_relevant_token_costs_more_than_dropping_another()
    {
        var generator = new SceneGenerator(seed: 3);
        var random = new Random(3);
        double more = 0;
        for (var index = 0; index < Scenes; index++)
        {
            using var scope = NewDisposeScope();
            var scene = generator.Draw(index);
            var text = scene.Captions[^1];
            var pixels = _clip.Preprocessing.ToTensor([scene.Image]);
            var (_, shares, _) = ClipRelevance.Pairs(_clip, pixels, [text]);
            int[] ids = _clip.Tokenizer.Encode(text);
            var top = (int)shares[0].narrow(0, 1, ids.Length - 2).argmax().item<long>() + 1;
            var other = Enumerable.Range(1, ids.Length - 2).Where(place => place != top).ToArray() is var others
                ? others[random.Next(others.Length)] : 0;
            int[][] dropped = [Without(ids, top), Without(ids, other)];
            using var frozen = no_grad();
            var features = nn.functional.normalize(_clip.Network.EncodeText(TokenBatch.From(dropped, CPU)), dim: 1);
            var cosines = features.matmul(_clip.EncodeImage(pixels)[0]).data<float>();
            more += cosines[0] < cosines[1] ? 1.0 / Scenes : 0;
        }
        Write($"the most relevant token cost more in {more:0.000} of the texts");
        Assert.InRange(more, 0.7, 1);
    }

    public void Dispose() => _clip.Dispose();

    private static int[] Without(int[] ids, int place) => [.. ids[..place], .. ids[(place + 1)..]];

    private static void Write(string line) => TestContext.Current.TestOutputHelper!.WriteLine(line);

    private IEnumerable<(RgbImage Image, SceneObject Item, PairRelevance Pair)> Located(int seed)
    {
        var random = new Random(seed);
        for (var index = 0; index < Scenes; index++)
        {
            var (image, item) = Draw(random);
            using var scope = NewDisposeScope();
            var (cosines, _, patches) =
                ClipRelevance.Pairs(_clip, _clip.Preprocessing.ToTensor([image]), [$"a photo of a {item.Name}."]);
            yield return (image, item, new(item.Name, cosines[0].item<float>(), 0, [], [], PatchMap.OfSquare(patches[0])));
        }
    }

    private static (RgbImage Image, SceneObject Item) Draw(Random random)
    {
        while (true)
        {
            var (shape, colour) = (Pick(SceneVocabulary.Shapes), Pick(SceneVocabulary.Colours));
            var backgrounds = Palette.Backgrounds.Where(candidate => Palette.StandsOut(colour, candidate)).ToList();
            if (SceneVocabulary.IsHeldOut(shape, colour) || backgrounds.Count == 0)
                continue;
            var drawing = new SceneDrawing(64, Pick(backgrounds), random);
            var place = new ScenePlace(0.25f + (0.25f * random.Next(3)), 0.25f + (0.25f * random.Next(3)), Room: 0.5f);
            var (image, objects) = drawing.Finish([drawing.Add(shape, colour, "plain", (SceneSize)random.Next(3), place)]);
            return (image, objects[0]);
        }

        T Pick<T>(IReadOnlyList<T> values) => values[random.Next(values.Count)];
    }

    private static (double Left, double Top, double Right, double Bottom) Edges(PixelBox box, double side) =>
        (box.X / side, box.Y / side, (box.X + box.Width) / side, (box.Y + box.Height) / side);

    private static double Overlap(PixelBox first, PixelBox second)
    {
        var width = Math.Min(first.X + first.Width, second.X + second.Width) - Math.Max(first.X, second.X);
        var height = Math.Min(first.Y + first.Height, second.Y + second.Height) - Math.Max(first.Y, second.Y);
        double both = Math.Max(0, width) * Math.Max(0, height);
        return both / ((first.Width * first.Height) + (second.Width * second.Height) - both);
    }
}
