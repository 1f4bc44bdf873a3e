using Kedge.Tests.Support;
using Kedge.Text;

namespace Kedge.Tests.Text;

public sealed class WordListTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    [Fact]
    public void Each_word_is_there_once_in_its_order_and_the_note_tells_what_is_not()
    {
        var list = WordList.FromLines(["dog", "", " tennis ball ", "Dog", "cat", "tennis_ball", "  "], "words.txt");
        Assert.Equal(["dog", "tennis ball", "cat"], list.Words);
        Assert.Equal("4 lines of words.txt are left out: lines 2 and 7 (empty), lines 4 'Dog' and 6 'tennis_ball' (repeated).", list.Note);
    }

    [Fact]
    public void Names_of_classes_are_left_out_however_they_are_spelled()
    {
        var list = WordList.FromLines(["tree", "Sea lion", "rock"], "words.txt").WithoutClassNames(["leaf", "sea_lion"]);
        Assert.Equal(["tree", "rock"], list.Words);
        Assert.Equal("1 line of words.txt is left out: line 2 'Sea lion' (the name of a class).", list.Note);
        Assert.Equal(["rock"], list.WithoutClassNames(["tree"]).Words);
        Assert.Equal("2 lines of words.txt are left out: lines 2 'Sea lion' and 1 'tree' (the name of a class).",
            list.WithoutClassNames(["tree"]).Note);
    }

    [Fact]
    public void Of_many_lines_the_first_are_named() => Assert.Equal(
        "8 lines of words.txt are left out: lines 2, 3, 4, 5, 6 and 3 more (empty).",
        WordList.FromLines(["dog", .. Enumerable.Repeat("", 8)], "words.txt").Note);

    [Fact]
    public void Nothing_left_out_is_no_note() => Assert.Null(WordList.FromLines(["dog", "cat"], "words.txt").Note);

    [Theory, InlineData("dog\ncat\n"), InlineData("dog\r\ncat\r\n"), InlineData("\uFEFFdog\ncat"), InlineData("dog\rcat")]
    public void Files_of_all_systems_are_read(string text) => Assert.Equal(["dog", "cat"], WordList.Read(Write(text)).Words);

    [Theory, InlineData(""), InlineData("\n  \n")]
    public void A_file_without_words_is_refused(string text)
    {
        var path = Write(text);
        Assert.Equal($"The word list '{path}' holds no words: write one a line.",
            Assert.Throws<KedgeException>(() => WordList.Read(path)).Message);
    }

    [Fact]
    public void A_file_that_cannot_be_read_is_refused()
    {
        foreach (var path in (string[])[_folder["none.txt"], _folder.Path])
            Assert.Matches(@"\AThe word list '.*' cannot be read: .* Check the path and its permissions\.\z",
                Assert.Throws<KedgeException>(() => WordList.Read(path)).Message);
    }

    public void Dispose() => _folder.Dispose();

    private string Write(string text)
    {
        var path = _folder["words.txt"];
        File.WriteAllText(path, text);
        return path;
    }
}
