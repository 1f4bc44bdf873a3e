using Kedge.Imaging;

namespace Kedge.Data.Scenes;

/// <summary>How large an object is for the room that it has.</summary>
internal enum SceneSize
{
    /// <summary>A radius of 26 to 30 hundredths of the picture's side where it is alone.</summary>
    Small,

    /// <summary>33 to 37 hundredths.</summary>
    Medium,

    /// <summary>40 to 45 hundredths.</summary>
    Large,
}

/// <summary>A rectangle of whole pixels.</summary>
/// <param name="X">From the left.</param>
/// <param name="Y">From the top.</param>
/// <param name="Width">1 or more.</param>
/// <param name="Height">1 or more.</param>
internal readonly record struct PixelBox(int X, int Y, int Width, int Height);

/// <summary>An object of a scene.</summary>
/// <param name="Shape">One of <see cref="SceneVocabulary.Shapes"/> or <see cref="SceneVocabulary.HeldOutShapes"/>.</param>
/// <param name="Colour">One of <see cref="SceneVocabulary.Colours"/>.</param>
/// <param name="Texture">One of <see cref="SceneVocabulary.Textures"/>.</param>
/// <param name="Size">How large it is.</param>
/// <param name="Box">The smallest rectangle that holds its mask.</param>
/// <param name="Mask">
/// Lengths of runs over the picture's R × R pixels, row by row from the top left: outside, inside, outside, …; they add up to R². A pixel is inside where at least half of it is
/// covered and no later object lies over it.
/// </param>
internal sealed record SceneObject(string Shape, string Colour, string Texture, SceneSize Size, PixelBox Box, IReadOnlyList<int> Mask)
{
    /// <summary>Colour and shape: <c>red star</c>.</summary>
    public string Name => $"{Colour} {Shape}";
}

/// <summary>A drawn picture and all that is known of it.</summary>
/// <param name="Image">R × R pixels.</param>
/// <param name="Objects">One to four, in the order in which captions name them; none lies wholly under another.</param>
/// <param name="Background">One of <see cref="SceneVocabulary.Backgrounds"/>.</param>
/// <param name="Relation">How the first of two objects lies to the second, such as <c>left of</c>; null for another number of objects.</param>
/// <param name="Captions">Different true sentences; each names colour and shape of every object.</param>
internal sealed record Scene(
    RgbImage Image, IReadOnlyList<SceneObject> Objects, string Background, string? Relation, IReadOnlyList<string> Captions)
{
    /// <summary>What the scene shows, in a word for all scenes that show the same: its objects' names in alphabetical order.</summary>
    public string Content => string.Join(" + ", Objects.Select(item => item.Name).Order(StringComparer.Ordinal));
}
