namespace Kedge.Text;

/// <summary>A prompt template: a text with one placeholder for a class name, such as <c>a photo of a {}.</c></summary>
public sealed record PromptTemplate
{
    /// <summary>The placeholder of the class name: <c>{}</c>.</summary>
    public const string Placeholder = "{}";

    /// <summary>Makes a template.</summary>
    /// <param name="text">A text with <c>{}</c> exactly once.</param>
    /// <exception cref="KedgeException">The text has no <c>{}</c> or several.</exception>
    public PromptTemplate(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        var parts = text.Split(Placeholder);
        if (parts is not [var before, var after])
            throw new KedgeException($"The template '{text}' has {parts.Length - 1} places for the class name; expected one {{}}, " +
                "as in 'a photo of a {}.'.");
        (Text, Before, After) = (text, before, after);
    }

    /// <summary>The whole template.</summary>
    public string Text { get; }

    /// <summary>The text before the placeholder, with its spaces; may be empty.</summary>
    public string Before { get; }

    /// <summary>The text after the placeholder, with its spaces; may be empty.</summary>
    public string After { get; }

    /// <summary>The prompt of a class name.</summary>
    /// <param name="className">The name; its underscores become spaces, as in CoOp's protocol.</param>
    /// <returns>A text for the tokenizer.</returns>
    public string Fill(string className) => $"{Before}{PromptTemplates.NormaliseName(className)}{After}";

    /// <inheritdoc/>
    public override string ToString() => Text;
}
