using Kedge.Data.Scenes;
using Kedge.Imaging;
using Kedge.Text;

namespace Kedge.Tests.Data.Scenes;

public class SceneGeneratorTests
{
    private const int Count = 400;

    private static readonly Scene[] Training = [.. Enumerable.Range(0, Count).Select(new SceneGenerator().Draw)];

    [Fact]
    public void There_are_as_many_words_as_the_documentation_says()
    {
        Assert.Equal((48, 12, 16, 12, 3, 10, 288), (SceneVocabulary.Shapes.Count,
            SceneVocabulary.HeldOutShapes.Count, SceneVocabulary.Colours.Count, SceneVocabulary.Textures.Count,
            SceneVocabulary.Sizes.Count, SceneVocabulary.Backgrounds.Count, SceneVocabulary.HeldOutCombinations.Count));
        Assert.Empty(SceneVocabulary.Shapes.Intersect(SceneVocabulary.HeldOutShapes));
        Assert.All(SceneVocabulary.Shapes, shape =>
            Assert.Equal(10, SceneVocabulary.Colours.Count(colour => !SceneVocabulary.HeldOutCombinations.Contains($"{colour} {shape}"))));
    }

    [Fact]
    public void A_scene_follows_from_its_split_seed_and_index_alone()
    {
        var (scene, again, other) = (Training[7], new SceneGenerator().Draw(7), new SceneGenerator(seed: 2).Draw(7));
        Assert.Equal(scene.Image.Pixels, again.Image.Pixels);
        Assert.Equal(scene.Captions, again.Captions);
        Assert.NotEqual(scene.Image.Pixels, other.Image.Pixels);
        Assert.NotEqual(scene.Image.Pixels, new SceneGenerator(SceneSplit.HeldOutShapes).Draw(7).Image.Pixels);
    }

    [Fact]
    public void Training_shows_one_to_four_objects_and_nothing_that_is_held_out()
    {
        Assert.Equal([1, 2, 3, 4], Training.Select(scene => scene.Objects.Count).Distinct().Order());
        var things = Training.SelectMany(scene => scene.Objects).ToList();
        Assert.DoesNotContain(things, thing => SceneVocabulary.HeldOutShapes.Contains(thing.Shape));
        Assert.DoesNotContain(things, thing => SceneVocabulary.HeldOutCombinations.Contains(thing.Name));
        Assert.Equal(SceneVocabulary.Colours.Count, things.Select(thing => thing.Colour).Distinct().Count());
        Assert.Equal(SceneVocabulary.Shapes.Count, things.Select(thing => thing.Shape).Distinct().Count());
        Assert.DoesNotContain(Training.SelectMany(scene => scene.Captions),
            caption => SceneVocabulary.HeldOutShapes.Any(shape => caption.Contains($" {shape}", StringComparison.Ordinal)));
    }

    [Theory, InlineData(nameof(SceneSplit.HeldOutCombinations)), InlineData(nameof(SceneSplit.HeldOutShapes))]
    public void A_held_out_scene_shows_one_object_of_its_class(string splitName)
    {
        var split = Enum.Parse<SceneSplit>(splitName);
        var generator = new SceneGenerator(split);
        for (var i = 0; i < generator.ClassNames.Count + 3; i++)
        {
            var item = Assert.Single(generator.Draw(i).Objects);
            Assert.Equal(generator.ClassNames[i % generator.ClassNames.Count], split == SceneSplit.HeldOutShapes ? item.Shape : item.Name);
        }
    }

    [Fact]
    public void Every_caption_names_every_object_and_fits_clips_context() =>
        Assert.All(Training, scene => Assert.All(scene.Captions, caption =>
        {
            Assert.All(scene.Objects, item => Assert.Contains(item.Name, caption, StringComparison.Ordinal));
            Assert.True(ClipTokenizer.Default.Encode(caption).Length <= 77);
        }));

    [Fact]
    public void A_relation_is_where_the_objects_are()
    {
        var pairs = Training.Where(scene => scene.Objects.Count == 2).ToList();
        Assert.Equal(["above", "below", "left of", "right of"], pairs.Select(scene => scene.Relation).Distinct().Order());
        Assert.All(Training.Except(pairs), scene => Assert.Null(scene.Relation));
        Assert.All(pairs, scene =>
        {
            var (first, second) = (Centre(scene.Objects[0].Box), Centre(scene.Objects[1].Box));
            Assert.True(scene.Relation switch
            {
                "left of" => first.X < second.X,
                "right of" => first.X > second.X,
                "above" => first.Y < second.Y,
                _ => first.Y > second.Y,
            });
        });

        static (double X, double Y) Centre(PixelBox box) => (box.X + (box.Width / 2.0), box.Y + (box.Height / 2.0));
    }

    [Fact]
    public void Masks_cover_the_picture_do_not_overlap_and_fill_their_boxes() => Assert.All(Training, scene =>
    {
        var owners = new int[64 * 64];
        foreach (var item in scene.Objects)
        {
            Assert.Equal(64 * 64, item.Mask.Sum());
            var inside = Inside(item).ToList();
            Assert.True(inside.Count >= 10, $"{item.Name} of {scene.Captions[0]} has {inside.Count} pixels.");
            Assert.Equal((item.Box.X, item.Box.Y), (inside.Min(i => i % 64), inside.Min(i => i / 64)));
            Assert.Equal((item.Box.Width, item.Box.Height),
                (inside.Max(i => i % 64) - item.Box.X + 1, inside.Max(i => i / 64) - item.Box.Y + 1));
            inside.ForEach(i => owners[i]++);
        }
        Assert.True(owners.Max() <= 1);
    });

    [Fact]
    public void An_object_is_of_its_colour()
    {
        var plain =
            Training.SelectMany(scene => scene.Objects.Where(item => item.Texture == "plain").Select(item => (scene, item))).ToList();
        Assert.NotEmpty(plain);
        Assert.All(plain, entry =>
        {
            int[] inside = [.. Inside(entry.item)];
            double[] mean = [.. Enumerable.Range(0, 3).Select(channel => inside.Average(i => entry.scene.Image.Pixels[(3 * i) + channel]))];
            var nearest = Palette.Colours.MinBy(colour => Math.Pow(mean[0] - colour.Value.Red, 2)
                + Math.Pow(mean[1] - colour.Value.Green, 2) + Math.Pow(mean[2] - colour.Value.Blue, 2));
            Assert.Equal(entry.item.Colour, nearest!.Name);
        });
    }

    [Theory, InlineData(31), InlineData(513)]
    public void A_resolution_outside_its_range_is_refused(int resolution) =>
        Assert.Throws<ArgumentOutOfRangeException>(() => new SceneGenerator(resolution: resolution));

    private static IEnumerable<int> Inside(SceneObject item)
    {
        var (at, within) = (0, false);
        foreach (var length in item.Mask)
        {
            if (within)
            {
                for (var i = at; i < at + length; i++)
                    yield return i;
            }
            (at, within) = (at + length, !within);
        }
    }
}
