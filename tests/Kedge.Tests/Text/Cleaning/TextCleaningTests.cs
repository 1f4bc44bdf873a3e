using Kedge.Text.Cleaning;

namespace Kedge.Tests.Text.Cleaning;

/// <summary>What ftfy 6.3 and <c>html.unescape</c> twice gave for the same texts, lower-cased.</summary>
public class TextCleaningTests
{
    [Theory]
    [InlineData("ĳsland ĲSSEL", "ijsland ijssel")]
    [InlineData("ŉ ﬅ ﬆ ﬁﬀﬃﬄﬂ", "'n ſt st fiffffifflfl")]
    [InlineData("Ǆ ǅ ǆ Ǉ ǈ ǉ Ǌ ǋ ǌ Ǳ ǲ ǳ", "dž dž dž lj lj lj nj nj nj dz dz dz")]
    [InlineData("Ԝﬓ օﬔ", "ԝﬓ օﬔ")] // Armenian ligatures stay
    [InlineData("ＬＯＵＤ　ＮＯＩＳＥＳ！", "loud noises!")]
    [InlineData("Ｕﾀｰﾝ ｶﾞ ﾊﾟ ｡｢｣､･", "uターン ガ パ 。「」、・")]
    [InlineData("ﾡￂﾤ ￦￥￡￠￢￣￤￩￭￮ ｟｠", "가ᄂ ₩¥£¢¬ \u0304¦←■○ ⦅⦆")]
    [InlineData("a\ufffcb", "ab")]
    [InlineData("\ufff9x\ufffay\ufffb", "xy")]
    [InlineData("a\u206ab\u206f \ufeffdog\a\vs", "ab dogs")]
    [InlineData("\u001b[36;44mblue\u001b[0m", "blue")]
    [InlineData("dog\u0085 \u0091cat\u0092 \u0080", "dog… 'cat' €")]
    [InlineData("one\r\ntwo\u2028three\u2029four", "one two three four")]
    [InlineData("“it’s” „low‟ ‚one‛", "\"it's\" \"low\" 'one'")]
    [InlineData("a\u200db \U000e0067", "a\u200db \U000e0067")] // joiners and tags belong to emoji
    public void Characters_are_those_of_ftfy(string text, string clean) => Assert.Equal(clean, TextCleaning.Clean(text));

    [Theory]
    [InlineData("P&EACUTE;REZ &ntilde; &NTILDE; &nTILDE; STRA&SZLIG;E", "pérez ñ ñ &ntilde; strasse")]
    [InlineData("&checkmark; &notit; &Jscr;ohn &lt", "✓ ¬it; 𝒥ohn <")]
    [InlineData("&amp;amp;amp;lt;", "<")]
    [InlineData("<b> &NTILDE; &amp;amp;amp;lt;", "<b> &ntilde; &amp;lt;")]
    [InlineData("&NTILDE;\n<b>\n&NTILDE;", "ñ <b> &ntilde;")]
    [InlineData("&#128; &#x1F415; &#xD800; &#1; &#0; &#99999999999; &#xffffffff;", "€ 🐕 \ufffd \ufffd \ufffd \ufffd")]
    [InlineData("&#12a;b &#; & &;", "a;b &#; & &;")]
    public void Entities_are_those_of_the_reference(string text, string clean) => Assert.Equal(clean, TextCleaning.Clean(text));

    [Theory]
    [InlineData("A\u030angstro\u0308m Vie\u0302\u0323t", "ångström việt")] // marks in either order
    [InlineData("\u212b \u2126m \uf900", "å ωm 豈")]
    [InlineData("\u1100\u1161\u11a8 \u1100\u1161", "각 가")]
    [InlineData("\u0958", "\u0915\u093c")] // excluded from composition
    [InlineData("\u03b1\u0301\u0345", "\u1fb4")]
    [InlineData("\u0301a", "\u0301a")]
    public void Marks_are_composed_as_by_NFC(string text, string clean) => Assert.Equal(clean, TextCleaning.Clean(text));

    [Fact]
    public void Escapes_of_escapes_take_bounded_time() =>
        Assert.StartsWith(
            "&amp;amp;", TextCleaning.Clean("&" + string.Concat(Enumerable.Repeat("amp;", 50_000))), StringComparison.Ordinal);
}
