using Kedge.Clip.Prompts;
using static TorchSharp.torch;

namespace Kedge.FewShot;

/// <summary>Classes by their names alone, of which no image has been seen. Does not own its tensor.</summary>
/// <param name="Names">C different names, at least two.</param>
/// <param name="Features">[C, D] unit F32: each class's text features, as <see cref="TaskClasses.Features"/>.</param>
public sealed record ClassSet(IReadOnlyList<string> Names, Tensor Features)
{
    /// <summary>CLIP's text side, for methods that have learned prompts; <see langword="null"/> where only features are at hand.</summary>
    public ITextTower? TextTower { get; init; }
}
