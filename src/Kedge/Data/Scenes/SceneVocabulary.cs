namespace Kedge.Data.Scenes;

/// <summary>The vocabulary of scenes: shapes, colours, textures, sizes and backgrounds, as named in captions.</summary>
internal static class SceneVocabulary
{
    /// <summary>3 of 8 combinations of shape and colour are held out of training.</summary>
    private const int CombinationCycle = 8;
    private const int HeldOutOfCycle = 3;

    /// <summary>48 shapes that training scenes show.</summary>
    public static IReadOnlyList<string> Shapes { get; } = [.. ShapeOutlines.Names.Except(ShapeOutlines.HeldOutNames)];

    /// <summary>12 shapes that no training scene shows or names.</summary>
    public static IReadOnlyList<string> HeldOutShapes { get; } = ShapeOutlines.HeldOutNames;

    /// <summary>16 colours.</summary>
    public static IReadOnlyList<string> Colours { get; } = [.. Palette.Colours.Select(colour => colour.Name)];

    /// <summary>12 textures, <c>plain</c> among them.</summary>
    public static IReadOnlyList<string> Textures { get; } = SceneTextures.Names;

    /// <summary>3 sizes.</summary>
    public static IReadOnlyList<string> Sizes { get; } = [.. Enum.GetNames<SceneSize>().Select(name => name.ToLowerInvariant())];

    /// <summary>10 backgrounds, each with its preposition: <c>on sand</c>, <c>at night</c>.</summary>
    public static IReadOnlyList<string> Backgrounds { get; } = [.. Palette.Backgrounds.Select(background => background.Name)];

    /// <summary>
    /// 288 combinations of a colour and a shape, such as <c>red star</c>, that no training scene shows;
    /// both words occur in others.
    /// </summary>
    public static IReadOnlyList<string> HeldOutCombinations { get; } =
        [.. from shape in Shapes from colour in Colours where IsHeldOut(shape, colour) select $"{colour} {shape}"];

    /// <summary>Whether a combination is held out of training; every shape and every colour keeps 5 of 8.</summary>
    internal static bool IsHeldOut(string shape, string colour) =>
        ((Index(Shapes, shape) * 3) + Index(Colours, colour)) % CombinationCycle < HeldOutOfCycle;

    private static int Index(IReadOnlyList<string> words, string word) => words.Index().First(entry => entry.Item == word).Index;
}
