using Kedge.Imaging;

namespace Kedge.Data.Scenes;

/// <summary>The size of an object, relative to the cell that it is placed in.</summary>
internal enum SceneSize
{
    /// <summary>A radius of 26 to 30 hundredths of the image's side for a single object.</summary>
    Small,

    /// <summary>33 to 37 hundredths.</summary>
    Medium,

    /// <summary>40 to 45 hundredths.</summary>
    Large,
}

/// <summary>An object of a scene.</summary>
/// <param name="Shape">One of <see cref="SceneVocabulary.Shapes"/> or
/// <see cref="SceneVocabulary.HeldOutShapes"/>.</param>
/// <param name="Colour">One of <see cref="SceneVocabulary.Colours"/>.</param>
/// <param name="Texture">One of <see cref="SceneVocabulary.Textures"/>.</param>
/// <param name="Size">Its size class.</param>
/// <param name="Box">The bounding box of its mask.</param>
/// <param name="Mask">
/// A run-length encoded mask of the R × R pixels in row-major order: lengths of runs outside, inside, outside, …, which
/// sum to R². A pixel is inside where at least half of it is covered and no later object occludes it.
/// </param>
internal sealed record SceneObject(string Shape, string Colour, string Texture, SceneSize Size, PixelBox Box, IReadOnlyList<int> Mask)
{
    /// <summary>Colour and shape: <c>red star</c>.</summary>
    public string Name => $"{Colour} {Shape}";
}

/// <summary>A rendered scene with its annotations.</summary>
/// <param name="Image">R × R pixels.</param>
/// <param name="Objects">One to four, in the order of the captions; none is fully occluded.</param>
/// <param name="Background">One of <see cref="SceneVocabulary.Backgrounds"/>.</param>
/// <param name="Relation">The spatial relation of the first of two objects to the second, such as
/// <c>left of</c>; else null.</param>
/// <param name="Captions">Distinct captions; each names colour and shape of every object.</param>
internal sealed record Scene(
    RgbImage Image, IReadOnlyList<SceneObject> Objects, string Background, string? Relation, IReadOnlyList<string> Captions)
{
    /// <summary>The key of equal content: the names of the objects in alphabetical order.</summary>
    public string Content => string.Join(" + ", Objects.Select(item => item.Name).Order(StringComparer.Ordinal));
}
