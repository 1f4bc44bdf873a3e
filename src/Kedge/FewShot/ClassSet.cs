using Kedge.Clip.Prompts;
using static TorchSharp.torch;

namespace Kedge.FewShot;

/// <summary>Novel classes, known by their names alone: the fit saw no image of them. Does not own its tensor.</summary>
/// <param name="Names">C different names, at least two.</param>
/// <param name="Features">[C, D] unit F32: each class's text features, as <see cref="TaskClasses.Features"/>.</param>
public sealed record ClassSet(IReadOnlyList<string> Names, Tensor Features)
{
    private readonly IReadOnlyList<string>? _promptNames;

    /// <summary>The C names that prompts are made of. Default: <see cref="Names"/>.</summary>
    public IReadOnlyList<string> PromptNames
    {
        get => _promptNames ?? Names;
        init => _promptNames = value;
    }

    /// <summary>
    /// CLIP's text tower, for methods that have learned prompts; <see langword="null"/> where only features are
    /// available.
    /// </summary>
    public ITextTower? TextTower { get; init; }
}
