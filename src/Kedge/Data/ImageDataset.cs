using Kedge.Imaging;
using Kedge.Text;

namespace Kedge.Data;

/// <summary>A labelled image.</summary>
/// <param name="Image">The encoded image.</param>
/// <param name="Label">Index of its class, 0 to C − 1.</param>
public sealed record LabelledImage(ImageFile Image, int Label);

/// <summary>A data set of labelled images in up to three disjoint splits.</summary>
/// <param name="Name">A short name for reports.</param>
/// <param name="ClassNames">C different class names; a label indexes this list. Classes that are called alike have
/// their id in brackets: <c>missile (657)</c>.</param>
/// <param name="Train">The training split, from which support sets are sampled.</param>
/// <param name="Validation">The validation split, for model selection; may be empty.</param>
/// <param name="Test">The test split, for the final evaluation only; may be empty.</param>
public sealed record ImageDataset(
    string Name,
    IReadOnlyList<string> ClassNames,
    IReadOnlyList<LabelledImage> Train,
    IReadOnlyList<LabelledImage> Validation,
    IReadOnlyList<LabelledImage> Test)
{
    private readonly IReadOnlyList<string>? _ids, _promptNames;

    /// <summary>
    /// C different ids: the folders, labels or numbers of the classes. Default: the class names.
    /// </summary>
    public IReadOnlyList<string> ClassIds
    {
        get => _ids ?? ClassNames;
        init => _ids = ReferenceEquals(value, ClassNames) ? null : value;
    }

    /// <summary>
    /// C names that prompts are made of; classes that are called alike have the same. Default: the class names.
    /// </summary>
    public IReadOnlyList<string> PromptNames
    {
        get => _promptNames ?? ClassNames;
        init => _promptNames = ReferenceEquals(value, ClassNames) ? null : value;
    }

    internal ClassNaming Naming => new(ClassIds, PromptNames) { Names = ClassNames };

    /// <summary>What was left out or assumed when the data set was opened, a sentence each. Default: nothing.</summary>
    public IReadOnlyList<string> Notes { get; init; } = [];
}
