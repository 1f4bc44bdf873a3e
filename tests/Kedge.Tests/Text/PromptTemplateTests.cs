using Kedge.Text;

namespace Kedge.Tests.Text;

public class PromptTemplateTests
{
    [Fact]
    public void Filling_puts_the_spoken_name_in_its_place() =>
        Assert.Equal("a photo of a grand piano.", PromptTemplates.Default.Fill("grand_piano"));

    [Theory]
    [InlineData("a photo of a {}.", "a photo of a ", ".")]
    [InlineData("{} texture.", "", " texture.")]
    [InlineData("{}", "", "")]
    public void The_parts_around_the_name_are_kept_with_their_spaces(string text, string before, string after)
    {
        var template = new PromptTemplate(text);
        Assert.Equal((before, after), (template.Before, template.After));
    }

    [Theory]
    [InlineData("a photo", 0)]
    [InlineData("{} and {}", 2)]
    public void A_template_needs_exactly_one_place(string text, int places)
    {
        var error = Assert.Throws<KedgeException>(() => new PromptTemplate(text));
        Assert.Equal($"The template '{text}' has {places} places for the class name; expected one {{}}, as in 'a photo of a {{}}.'.",
            error.Message);
    }
}
