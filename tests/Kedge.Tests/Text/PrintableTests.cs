using Kedge.Cli.Output;
using Kedge.Text;

namespace Kedge.Tests.Text;

public class PrintableTests
{
    [Theory]
    [InlineData("dog \e[2J", "dog \\u001b[2J")]
    [InlineData("a\u202egnp.b", "a\\u202egnp.b")]
    [InlineData("a\r\n\tb\u0085\u2028", "a\\u000d\\u000a\\u0009b\\u0085\\u2028")]
    [InlineData("\ufeffa\u009b1m\u007f\u2066", "\\ufeffa\\u009b1m\\u007f\\u2066")]
    [InlineData("étoile 狗 👩‍👧 نمی‌دانم", "étoile 狗 👩‍👧 نمی‌دانم")]
    public void What_a_terminal_obeys_becomes_its_code(string text, string escaped) => Assert.Equal(escaped, Printable.Escape(text));

    [Fact]
    public void A_line_is_one_line_and_other_text_keeps_its_lines()
    {
        using var plain = new StringWriter { NewLine = "\n" };
        using var writer = new PrintableWriter(plain);
        writer.WriteLine("a\nb");
        writer.Write("c\nd\r\n");
        writer.WriteLine("{0}", "e\e");
        writer.Rewrite("f\e");
        Assert.Equal("a\\u000ab\nc\nd\\u000d\ne\\u001b\n\rf\\u001b\e[K", plain.ToString());
    }
}
