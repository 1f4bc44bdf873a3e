using Kedge.Text;

namespace Kedge.Clip.Prompts;

/// <summary>One position of a tokenized prompt: a fixed token or a learned row.</summary>
/// <param name="Index">The token's id or the row's place.</param>
/// <param name="Learned">Which of the two.</param>
internal readonly record struct PromptSlot(int Index, bool Learned)
{
    /// <summary>A prompt's positions, start and end of text included.</summary>
    /// <exception cref="KedgeException">There are more than the text tower has.</exception>
    public static PromptSlot[] Tokenize(PromptSequence prompt, ClipTokenizer tokenizer, int contextLength)
    {
        PromptSlot[] slots =
        [
            new(tokenizer.StartId, Learned: false),
            .. prompt.Parts.SelectMany(part => part.Words is { } words
                ? tokenizer.TokensOf(words).Select(id => new PromptSlot(id, Learned: false))
                : Enumerable.Range(part.FirstRow, part.Rows).Select(row => new PromptSlot(row, Learned: true))),
            new(tokenizer.EndId, Learned: false),
        ];
        return slots.Length <= contextLength ? slots : throw TooLong(prompt, slots, contextLength);
    }

    private static KedgeException TooLong(PromptSequence prompt, PromptSlot[] slots, int contextLength)
    {
        var learned = slots.Count(slot => slot.Learned);
        var (of, shorten) = prompt.ClassName is { } name
            ? ($"{learned} learned tokens and the class name '{name}'", "name")
            : ($"{slots.Length - learned} fixed and {learned} learned tokens", "template");
        return new($"A prompt of {of} has {slots.Length} positions, {slots.Length - contextLength} more than the text tower's " +
            $"{contextLength}: shorten the {shorten} or learn fewer tokens.");
    }
}
