using Kedge.Clip.Adaptation;
using Kedge.Clip.Prompts;
using Kedge.Features;

namespace Kedge.FewShot;

/// <summary>
/// The available parts of the CLIP model that encoded a task's images and class names. Owns nothing; all of it is on
/// the device of the features.
/// </summary>
public sealed record ClipAccess
{
    /// <summary>
    /// The text tower, for methods that encode words or learn prompts; <see langword="null"/> where it is not
    /// available.
    /// </summary>
    public ITextTower? TextTower { get; init; }

    /// <summary>
    /// The image tower's projection into the joint space, which unprojected features are multiplied by;
    /// <see langword="null"/> where it is not available.
    /// </summary>
    internal ImageProjection? Projection { get; init; }

    /// <summary>
    /// The support images themselves with the towers that encode them, for methods that update their weights;
    /// <see langword="null"/> where they are not available.
    /// </summary>
    internal ISupportImages? Images { get; init; }

    /// <summary>The same for some of the support images.</summary>
    internal ClipAccess AtRows(IReadOnlyList<long> rows) => this with { Images = Images?.AtRows(rows) };
}
