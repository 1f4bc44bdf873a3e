using Kedge.Data;
using Kedge.Data.Scenes;

namespace Kedge.Cli.Demo;

/// <summary>
/// A generated few-shot task without downloads: drawings of 12 shapes that the model <c>kedge-mini-scenes</c> was not
/// trained on, in all colours, textures and sizes.
/// </summary>
internal static class ShapesDemo
{
    /// <summary>Training drawings a class, and as many test drawings.</summary>
    public const int DrawingsPerClass = 40;

    /// <summary>
    /// The seed of the training drawings, the next one that of test drawings: far from the seeds
    /// 1, 2, … of training scenes.
    /// </summary>
    private const int FirstSeed = 1_000_000;

    /// <summary>
    /// The compared methods: zero-shot, Tip-Adapter, RTOS with fixed random anchors, fixed words and learned ones, and
    /// Kedge's default.
    /// </summary>
    public const string Methods = "zero-shot,tip-adapter,rtos[start=noise;steps=0],rtos[start=words;steps=0],rtos,rtos+";

    /// <summary>
    /// Draws the task into a folder, as <c>train/SHAPE/*.png</c> and <c>test/SHAPE/*.png</c>,
    /// unless it is there already.
    /// </summary>
    /// <param name="folder">The folder, made where it is missing.</param>
    /// <param name="cancellation">Stops between two drawings; a part is written completely or not at all.</param>
    /// <returns>The data set: 12 classes, with a training and a test part.</returns>
    /// <exception cref="KedgeException">The folder cannot be written, or holds something else.</exception>
    public static ImageDataset Draw(string folder, CancellationToken cancellation = default)
    {
        foreach (var (part, seed) in new[] { ("train", FirstSeed), ("test", FirstSeed + 1) })
        {
            var generator = new SceneGenerator(SceneSplit.HeldOutShapes, seed);
            var place = Path.Combine(folder, part);
            if (!Directory.Exists(place) || !SceneFolder.Exists(place))
            {
                Make(folder);
                SceneFolder.Write(generator, DrawingsPerClass * generator.ClassNames.Count, place, cancellation: cancellation);
            }
        }
        return DatasetReader.Open(folder);
    }

    private static void Make(string folder)
    {
        try
        {
            Directory.CreateDirectory(folder);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new KedgeException($"The folder '{folder}' for the demo cannot be made: {e.Message} Choose another place.", e);
        }
    }
}
