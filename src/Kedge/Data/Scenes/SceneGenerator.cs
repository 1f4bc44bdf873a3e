using Kedge.Runtime;

namespace Kedge.Data.Scenes;

/// <summary>The splits of scenes, by the objects that they show.</summary>
internal enum SceneSplit
{
    /// <summary>One to four objects of the shapes and combinations of training.</summary>
    Training,

    /// <summary>One object of a combination of colour and shape that is held out of training.</summary>
    HeldOutCombinations,

    /// <summary>One object of a shape that is held out of training, in any colour.</summary>
    HeldOutShapes,
}

/// <summary>
/// Generates a synthetic data set of small captioned images of coloured shapes, to train and test a CLIP without
/// photos. A scene is determined by split, seed, resolution and index.
/// </summary>
internal sealed class SceneGenerator
{
    private const double ShareOfSingles = 0.85;
    private static readonly string[] Sideways = ["left of", "right of"];
    private static readonly string[] Upright = ["above", "below"];
    private readonly int _seed;

    /// <summary>Makes a generator; nothing is drawn yet.</summary>
    /// <param name="split">The split.</param>
    /// <param name="seed">The random seed.</param>
    /// <param name="resolution">R, pixels a side, 32 to 512.</param>
    /// <exception cref="ArgumentOutOfRangeException">The resolution is outside its range.</exception>
    public SceneGenerator(SceneSplit split = SceneSplit.Training, int seed = 1, int resolution = 64)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(resolution, 32);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(resolution, 512);
        (Split, _seed, Resolution) = (split, seed, resolution);
    }

    /// <summary>The split.</summary>
    public SceneSplit Split { get; }

    /// <summary>R, pixels a side.</summary>
    public int Resolution { get; }

    /// <summary>
    /// The class names of a held-out split: <c>red star</c> for combinations, <c>key</c> for shapes; empty for
    /// training, whose scenes have no single class.
    /// </summary>
    public IReadOnlyList<string> ClassNames => Split switch
    {
        SceneSplit.HeldOutCombinations => SceneVocabulary.HeldOutCombinations,
        SceneSplit.HeldOutShapes => SceneVocabulary.HeldOutShapes,
        _ => [],
    };

    /// <summary>Draws a scene. In a held-out split of C classes, scene i is of class i mod C.</summary>
    /// <param name="index">The index, from 0. Thread-safe.</param>
    public Scene Draw(int index)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(index);
        var random = StepRandom.Create(_seed, index, salt: 2 + (int)Split);
        var things = Things(index, random);
        var background =
            Pick(Palette.Backgrounds.Where(candidate => things.All(thing => Palette.StandsOut(thing.Colour, candidate))).ToList(), random);
        var (places, relation) = Arrange(things.Count, random);
        var drawing = new SceneDrawing(Resolution, background, random);
        var objects = things.Zip(places, (thing, place) => drawing.Add(
            thing.Shape, thing.Colour, Pick(SceneVocabulary.Textures, random), (SceneSize)random.Next(3), place)).ToList();
        var (image, finished) = drawing.Finish(objects);
        return new Scene(image, finished, background.Name, relation, SceneCaptions.Create(finished, background.Name, relation));
    }

    private List<(string Shape, string Colour)> Things(int index, Random random)
    {
        switch (Split)
        {
            case SceneSplit.HeldOutCombinations:
                var words = SceneVocabulary.HeldOutCombinations[index % SceneVocabulary.HeldOutCombinations.Count];
                var space = words.IndexOf(' ');
                return [(words[(space + 1)..], words[..space])];
            case SceneSplit.HeldOutShapes:
                return [(SceneVocabulary.HeldOutShapes[index % SceneVocabulary.HeldOutShapes.Count],
                    Pick(SceneVocabulary.Colours, random))];
            default:
                var count = random.NextDouble() < ShareOfSingles ? 1 : 2 + random.Next(3);
                while (true) // until at least one background contrasts with all colours
                {
                    var things = Enumerable.Range(0, count).Select(_ => Combination(random)).ToList();
                    if (Palette.Backgrounds.Any(background => things.All(thing => Palette.StandsOut(thing.Colour, background))))
                        return things;
                }
        }
    }

    private static (string Shape, string Colour) Combination(Random random)
    {
        while (true)
        {
            var (shape, colour) = (Pick(SceneVocabulary.Shapes, random), Pick(SceneVocabulary.Colours, random));
            if (!SceneVocabulary.IsHeldOut(shape, colour))
                return (shape, colour);
        }
    }

    private static (IReadOnlyList<ScenePlace> Places, string? Relation) Arrange(int count, Random random)
    {
        switch (count)
        {
            case 1:
                return ([new(0.5f, 0.5f, Room: 1)], null);
            case 2:
                var (words, second) = (random.Next(2) == 0 ? Sideways : Upright, random.Next(2));
                var near = words == Sideways ? new ScenePlace(0.27f, 0.5f, 0.56f) : new ScenePlace(0.5f, 0.27f, 0.56f);
                var far = words == Sideways ? new ScenePlace(0.73f, 0.5f, 0.56f) : new ScenePlace(0.5f, 0.73f, 0.56f);
                return (second == 0 ? [near, far] : [far, near], words[second]);
            default:
                ScenePlace[] corners =
                    [new(0.27f, 0.27f, 0.52f), new(0.73f, 0.27f, 0.52f), new(0.27f, 0.73f, 0.52f), new(0.73f, 0.73f, 0.52f)];
                random.Shuffle(corners);
                return (corners[..count], null);
        }
    }

    private static T Pick<T>(IReadOnlyList<T> values, Random random) => values[random.Next(values.Count)];
}
