namespace Kedge.Text;

/// <summary>Templates to start from.</summary>
internal static class PromptTemplates
{
    /// <summary><c>a photo of a {}.</c>: CLIP's and CoOp's template for things in general (Radford et al. 2021, section 3.1.4).</summary>
    public static PromptTemplate Default { get; } = new("a photo of a {}.");

    /// <summary>A class name as prompts say it: underscores become spaces, as in CoOp's protocol (Zhou et al. 2022).</summary>
    /// <param name="className">A name, perhaps of a folder: <c>grand_piano</c>.</param>
    /// <returns>The words: <c>grand piano</c>.</returns>
    public static string NormaliseName(string className)
    {
        ArgumentNullException.ThrowIfNull(className);
        return className.Replace('_', ' ');
    }
}
