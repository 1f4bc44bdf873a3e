using Kedge.Text;

namespace Kedge.Tests.Text;

public class CommaListTests
{
    [Theory]
    [InlineData("cat,dog", new[] { "cat", "dog" })]
    [InlineData(" cat , dog ,", new[] { "cat", "dog", "" })]
    [InlineData("\"kite, bird of prey\",dog", new[] { "kite, bird of prey", "dog" })]
    [InlineData("dog , \"kite, bird of prey\" ", new[] { "dog", "kite, bird of prey" })]
    [InlineData("\"the \"\"real\"\" thing\"", new[] { "the \"real\" thing" })]
    [InlineData("12\" disc,dog", new[] { "12\" disc", "dog" })]
    [InlineData("", new[] { "" })]
    public void Items_have_commas_between(string text, string[] items) => Assert.Equal(items, CommaList.Split(text, "--classes"));

    [Theory]
    [InlineData("\"kite, bird,dog")]
    [InlineData("\"kite\" bird,dog")]
    public void A_quote_without_end_is_refused(string text) =>
        Assert.Equal($"--classes has the list {text}, in which a quote has no end; expected names with commas between, " +
            "and quotes around a whole name that has commas.",
            Assert.Throws<KedgeException>(() => CommaList.Split(text, "--classes")).Message);
}
