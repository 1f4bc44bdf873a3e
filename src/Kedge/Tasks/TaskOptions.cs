using Kedge.Text;

namespace Kedge.Tasks;

/// <summary>How a few-shot task is made of a data set of photos.</summary>
public record TaskOptions
{
    /// <summary>
    /// S, the most training images drawn of each class, at least 1; null takes all. Default 16, the most in
    /// the protocol of the field. A class with fewer gives all that it has (<see cref="ExactShots"/>).
    /// </summary>
    /// <exception cref="ArgumentOutOfRangeException">Below 1.</exception>
    public int? Shots
    {
        get;
        init
        {
            if (value is { } shots)
                ArgumentOutOfRangeException.ThrowIfLessThan(shots, 1);
            field = value;
        }
    } = 16;

    /// <summary>Whether a class with fewer than S training images is refused; default false.</summary>
    public bool ExactShots { get; init; }

    /// <summary>Decides which images are drawn, and which random views; default 1.</summary>
    public int Seed { get; init; } = 1;

    /// <summary>The sentences that class names are put into, at least one; default "a photo of a {}.".</summary>
    public IReadOnlyList<PromptTemplate> Templates { get; init; } = [PromptTemplates.Default];

    /// <summary>
    /// V, views of each training image, at least 1: the centre crop, and V − 1 random ones. Default 1.
    /// </summary>
    /// <exception cref="ArgumentOutOfRangeException">Below 1.</exception>
    public int Views
    {
        get;
        init
        {
            ArgumentOutOfRangeException.ThrowIfLessThan(value, 1);
            field = value;
        }
    } = 1;
}
