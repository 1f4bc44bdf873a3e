namespace Kedge.Tests;

public class KedgeExceptionTests
{
    [Fact]
    public void A_message_is_one_line_without_control_characters() =>
        Assert.Equal("'a\\x1b[31m\\x07b\\x9b' is no name.", new KedgeException("'a\u001b[31m\ab\u009b' is\nno name.").Message);

    [Fact]
    public void A_message_has_an_end()
    {
        var message = new KedgeException($"'{new string('a', 100_000_000)}' is too long.", innerException: null).Message;
        Assert.InRange(message.Length, 1_990, 2_000);
        Assert.EndsWith("a' is too long.", message, StringComparison.Ordinal);
    }

    [Fact]
    public void So_has_one_of_control_characters() =>
        Assert.InRange(new KedgeException(new string('\a', 1_500)).Message.Length, 1_990, 2_000);
}
