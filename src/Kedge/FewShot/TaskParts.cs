namespace Kedge.FewShot;

/// <summary>
/// What a method needs of a task, beside features of images that it classifies (<see cref="FewShotMethod.Requires"/>).
/// </summary>
[Flags]
public enum TaskParts
{
    /// <summary>Nothing.</summary>
    None = 0,

    /// <summary>At least one support image of each class.</summary>
    Support = 1,

    /// <summary>Class names and their text features.</summary>
    Names = 1 << 1,

    /// <summary>CLIP's text tower.</summary>
    TextTower = 1 << 2,

    /// <summary>Features of the images' patches, of the support set and of what is classified.</summary>
    Patches = 1 << 3,

    /// <summary>
    /// Features before the projection into the joint space, of the support set and of what is classified.
    /// </summary>
    Unprojected = 1 << 4,

    /// <summary>The projection of the image tower.</summary>
    Projection = 1 << 5,

    /// <summary>
    /// The support images themselves with the CLIP, as the method changes its towers; images are then
    /// encoded anew to be classified.
    /// </summary>
    Towers = 1 << 6,
}
