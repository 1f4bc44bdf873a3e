using System.Text;
using Kedge.Data;
using Kedge.Tests.Support;

namespace Kedge.Tests.Data;

public sealed class ZipNamesTests : IDisposable
{
    private static readonly Encoding Gbk = CodePagesEncodingProvider.Instance.GetEncoding(936)!;
    private static readonly Encoding ShiftJis = CodePagesEncodingProvider.Instance.GetEncoding(932)!;

    private readonly TemporaryFolder _temp = new();

    public void Dispose() => _temp.Dispose();

    [Fact]
    public void Names_that_state_no_encoding_and_are_not_UTF8_are_refused()
    {
        var zip = Zip(new RawZip().With(Gbk.GetBytes("狗/1.png")).With(Gbk.GetBytes("猫/2.png")));
        Fails(zip, $"The zip {zip} has the name \\xb9\\xb7/1.png, which states no encoding and is not UTF-8; say what it is " +
            "(--zip-names gbk, shift_jis, cp437, …), or unpack the zip and give the folder.");
    }

    [Theory]
    [InlineData("gbk")]
    [InlineData("GB2312")]
    [InlineData("cp936")]
    [InlineData("936")]
    [InlineData("gb18030")]
    public void The_user_may_state_the_encoding(string encoding)
    {
        var zip = Zip(new RawZip().With(Gbk.GetBytes("狗/1.png")).With(Gbk.GetBytes("猫/2.png")));
        Assert.Equal(["狗", "猫"], DatasetReader.Open(zip, zipNames: encoding).ClassNames);
    }

    [Fact]
    public void A_letter_whose_second_byte_is_a_backslash_separates_nothing()
    {
        var zip = Zip(new RawZip().With(ShiftJis.GetBytes("表/1.png")).With(ShiftJis.GetBytes("犬/2.png")));
        Assert.Equal(["犬", "表"], DatasetReader.Open(zip, zipNames: "shift_jis").ClassNames);
    }

    [Fact]
    public void A_stated_encoding_that_does_not_fit_is_refused()
    {
        var zip = Zip(new RawZip().With([0x81, 0xff, (byte)'/', (byte)'a', .. ".png"u8]));
        Assert.Equal($"The zip {zip} has the name \\x81\\xff/a.png, which is not in gb2312; " +
                "state another encoding (--zip-names), or unpack the zip and give the folder.",
            Assert.Throws<KedgeException>(() => DatasetReader.Open(zip, zipNames: "gbk")).Message);
        Assert.StartsWith("There is no encoding 'klingon' for the names of a zip (--zip-names); some are gbk, big5, ",
            Assert.Throws<KedgeException>(() => DatasetReader.Open(zip, zipNames: "klingon")).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Names_say_that_they_are_UTF8_by_bit_11_or_a_Unicode_path_or_are_valid()
    {
        var (old, valid) = (Gbk.GetBytes("狗/1.png"), Encoding.UTF8.GetBytes("étoile/3.png"));
        var zip = Zip(new RawZip()
            .With(old, new() { Extra = RawZip.UnicodePath(old, "狗/1.png") })
            .With(Encoding.UTF8.GetBytes("猫/2.png"), new() { Flags = 1 << 11 })
            .With(valid));
        Assert.Equal(["étoile", "狗", "猫"], DatasetReader.Open(zip).ClassNames);
    }

    [Fact]
    public void A_Unicode_path_of_another_name_is_not_taken()
    {
        var name = "a/1.png"u8.ToArray();
        var zip = Zip(new RawZip().With(name, new() { Extra = RawZip.UnicodePath("before"u8.ToArray(), "z/1.png") }).With("b/2.png"));
        Assert.Equal(["a", "b"], DatasetReader.Open(zip).ClassNames);
    }

    [Fact]
    public void A_name_that_only_says_that_it_is_UTF8_is_refused()
    {
        var zip = Zip(new RawZip().With([0xff, .. "/1.png"u8], new() { Flags = 1 << 11 }));
        Fails(zip, $"The zip {zip} cannot be read (the name \\xff/1.png in it should be UTF-8 and is not); " +
            "take an undamaged zip, or unpack it and give the folder.");
    }

    [Theory]
    [InlineData("./a/1.png")]
    [InlineData("a//1.png")]
    [InlineData("a\\1.png")]
    [InlineData("a/./1.png")]
    public void Names_are_read_in_their_plain_form(string name)
    {
        var zip = Zip(new RawZip().With(name).With("b/2.png"));
        Assert.Equal([$"{zip}/a/1.png", $"{zip}/b/2.png"], DatasetReader.Open(zip).Train.Select(image => image.Image.Name));
    }

    [Theory]
    [InlineData("/a/1.png")]
    [InlineData("..\\a\\1.png")]
    [InlineData("b/../../1.png")]
    [InlineData("C:\\a\\1.png")]
    public void A_name_that_leads_out_is_refused(string name)
    {
        var zip = Zip(new RawZip().With("a/2.png").With(name));
        Fails(zip, $"The zip {zip} has the image '{name.Replace('\\', '/')}', whose name leads out of it; " +
            "take a zip of names below it, or unpack it and give the folder.");
    }

    [Fact]
    public void A_name_of_thousands_of_folders_is_refused()
    {
        var zip = Zip(new RawZip().With(string.Concat(Enumerable.Repeat("a/", 1000)) + "1.png"));
        Fails(zip, $"The zip {zip} cannot be read (a name in it is more than 64 folders deep); " +
            "take an undamaged zip, or unpack it and give the folder.");
        zip = Zip(new RawZip().With(new string('a', 60_000) + ".png"));
        Fails(zip, $"The zip {zip} cannot be read (a name in it is longer than 4,096 bytes); " +
            "take an undamaged zip, or unpack it and give the folder.");
    }

    private string Zip(RawZip zip) => _temp.Write("p.zip", zip.ToArray());

    private static void Fails(string zip, string message) =>
        Assert.Equal(message, Assert.Throws<KedgeException>(() => DatasetReader.Open(zip)).Message);
}
