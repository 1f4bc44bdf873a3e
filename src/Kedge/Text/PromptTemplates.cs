namespace Kedge.Text;

/// <summary>Standard prompt templates, and the spelling of class names in prompts.</summary>
internal static class PromptTemplates
{
    /// <summary>
    /// <c>a photo of a {}.</c>: CLIP's and CoOp's generic template (Radford et al. 2021, section 3.1.4).
    /// </summary>
    public static PromptTemplate Default { get; } = new("a photo of a {}.");

    /// <summary>
    /// The spelling of a class name in prompts: underscores become spaces, as in CoOp's protocol (Zhou et al. 2022).
    /// </summary>
    /// <param name="className">A class name, such as that of a folder: <c>grand_piano</c>.</param>
    /// <returns>The name in words: <c>grand piano</c>.</returns>
    public static string NormaliseName(string className)
    {
        ArgumentNullException.ThrowIfNull(className);
        return className.Replace('_', ' ');
    }
}
