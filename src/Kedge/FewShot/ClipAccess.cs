using Kedge.Clip.Adaptation;
using Kedge.Clip.Prompts;
using Kedge.Features;

namespace Kedge.FewShot;

/// <summary>What is at hand of the CLIP that encoded a task's images and class names. Owns nothing; all of it is on the device of the features.</summary>
public sealed record ClipAccess
{
    /// <summary>The text tower, for methods that encode words or learn prompts; <see langword="null"/> where it is not at hand.</summary>
    public ITextTower? TextTower { get; init; }

    /// <summary>The image tower's last step, which unprojected features go through; <see langword="null"/> where it is not at hand.</summary>
    internal ImageProjection? Projection { get; init; }

    /// <summary>The support images themselves with the towers that encode them, for methods that change these; <see langword="null"/> where they are not at hand.</summary>
    internal ISupportImages? Images { get; init; }

    /// <summary>The same for some of the support images.</summary>
    internal ClipAccess AtRows(IReadOnlyList<long> rows) => this with { Images = Images?.AtRows(rows) };
}
