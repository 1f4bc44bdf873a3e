namespace Kedge.Clip.Prompts;

/// <summary>
/// A prompt whose positions are fixed tokens, those of words, or learned rows: what learned prompts of every kind are
/// made of. Start and end of text are added when it is encoded.
/// </summary>
/// <param name="Parts">The prompt from left to right.</param>
public sealed record PromptSequence(IReadOnlyList<PromptPart> Parts)
{
    private const string Stop = ".";

    /// <summary>The class name in the prompt, for messages; <see langword="null"/> for none.</summary>
    public string? ClassName { get; init; }

    /// <summary>A template with learned rows in its placeholder: <c>before</c> V₁ … V_m <c>after</c>.</summary>
    /// <param name="before">Words before the rows, "a photo of a" say; may be empty.</param>
    /// <param name="after">Words after the rows, "." say; may be empty.</param>
    /// <param name="rows">Learned rows, m ≥ 1.</param>
    public static PromptSequence OfTemplate(string before, string after, int rows)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(rows, 1);
        return new([PromptPart.Fixed(before), PromptPart.Learned(0, rows), PromptPart.Fixed(after)]);
    }

    /// <summary>
    /// A class name with a learned context: V₁ … V_M NAME "." in the case of <see cref="ContextPosition.End"/>.
    /// </summary>
    /// <param name="name">The class name.</param>
    /// <param name="rows">Learned rows, M ≥ 1.</param>
    /// <param name="position">Where the name stands among them.</param>
    public static PromptSequence OfClass(string name, int rows, ContextPosition position)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(rows, 1);
        var half = rows / 2;
        PromptPart[] parts = position == ContextPosition.End
            ? [PromptPart.Learned(0, rows), PromptPart.Fixed(name + Stop)] // in one: "U.S." and a stop make one token
            : [PromptPart.Learned(0, half), PromptPart.Fixed(name), PromptPart.Learned(half, rows - half), PromptPart.Fixed(Stop)];
        return new(parts) { ClassName = name };
    }

    /// <summary>The same for every class name.</summary>
    internal static IReadOnlyList<PromptSequence> OfClasses(IEnumerable<string> names, int rows, ContextPosition position) =>
        [.. names.Select(name => OfClass(name, rows, position))];
}

/// <summary>A stretch of a prompt: words, or some of the learned rows.</summary>
/// <param name="Words">The words, as they are tokenized; <see langword="null"/> for learned rows.</param>
/// <param name="FirstRow">The first of the learned rows, from 0.</param>
/// <param name="Rows">How many learned rows; 0 for words.</param>
public readonly record struct PromptPart(string? Words, int FirstRow, int Rows)
{
    /// <summary>Words.</summary>
    public static PromptPart Fixed(string words) => new(words, 0, 0);

    /// <summary>Learned rows, in order.</summary>
    public static PromptPart Learned(int firstRow, int rows) => new(null, firstRow, rows);
}
