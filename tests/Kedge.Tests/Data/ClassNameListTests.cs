using Kedge.Data;
using Kedge.Tests.Support;

namespace Kedge.Tests.Data;

public sealed class ClassNameListTests : IDisposable
{
    private readonly TemporaryFolder _temp = new TemporaryFolder().With("photos/n02084071/1.jpg", "photos/n02121808/2.jpg");

    private string Photos => _temp["photos"];

    public void Dispose() => _temp.Dispose();

    [Theory]
    [InlineData("l.txt", "n02121808 cat\nn02084071 dog\nn00000001 unused\n")]
    [InlineData("l.txt", "n02084071 dog, domestic dog, Canis familiaris\nn02121808 cat\n")]
    [InlineData("l.txt", "n02084071\tdog\nn02121808\tcat, house cat\n")]
    [InlineData("l.txt", "n02084071,dog\nn02121808, cat\n")]
    [InlineData("l.txt", "\"dog\"\ncat\n")]
    [InlineData("l.csv", "id,name\nn02084071,dog\nn02121808,cat\n")]
    [InlineData("l.csv", "dog,n02084071\ncat,n02121808\n")]
    [InlineData("l.csv", "id,name,count\nn02084071,dog,7\nn02121808,cat,8\n")]
    [InlineData("l.json", """{"n02084071": "dog", "n02121808": "cat, house cat"}""")]
    [InlineData("l.json", """{"0": ["n02121808", "cat"], "1": ["n02084071", "dog"]}""")]
    [InlineData("l.json", """["dog", "cat"]""")]
    [InlineData("l.json", """[["n02084071", "dog"], ["n02121808", "cat"]]""")]
    public void A_list_of_names_may_be_lines_CSV_or_JSON(string file, string content)
    {
        var list = _temp.Write(file, content);
        var dataset = DatasetReader.Open(Photos, names: list);
        Assert.Equal(["dog", "cat"], dataset.ClassNames);
        Assert.Equal(["n02084071", "n02121808"], dataset.ClassIds);
        Assert.StartsWith($"The 2 classes are called as {list} says: 'n02084071' is 'dog'", Assert.Single(dataset.Notes));
    }

    [Theory]
    [InlineData("l.txt", "n02084071 \"kite, bird of prey\"\nn02121808 cat\n")]
    [InlineData("l.csv", "n02084071,\"kite, bird of prey\"\nn02121808,cat\n")]
    public void A_name_in_quotes_may_have_a_comma(string file, string content) =>
        Assert.Equal("kite, bird of prey", DatasetReader.Open(Photos, names: _temp.Write(file, content)).ClassNames[0]);

    [Theory]
    [InlineData("photos/classnames.txt")]
    [InlineData("names.txt")]
    [InlineData("synset_words.txt")]
    [InlineData("LOC_synset_mapping.txt")]
    public void A_list_beside_the_data_is_taken_and_said(string file)
    {
        var list = _temp.Write(file, "n02084071 dog\nn02121808 cat\n");
        var dataset = DatasetReader.Open(Photos);
        Assert.Equal(["dog", "cat"], dataset.ClassNames);
        Assert.Equal([$"The 2 classes are called as {list} says: 'n02084071' is 'dog'."], dataset.Notes);
    }

    [Fact]
    public void Without_a_list_ids_are_pointed_out() =>
        Assert.Equal([$"The classes of {Photos} are called by ids such as 'n02084071', and CLIP reads them as they are; " +
            "give their names (--names), or put a classnames.txt of ids and names beside them."], DatasetReader.Open(Photos).Notes);

    [Fact]
    public void A_list_beside_the_data_that_lacks_a_class_is_not_used()
    {
        var list = _temp.Write("names.txt", "n02084071 dog\n");
        var dataset = DatasetReader.Open(Photos);
        Assert.Equal(["n02084071", "n02121808"], dataset.ClassNames);
        Assert.Equal([$"The list {list} names 1 of the 2 classes of {Photos}, and is not used."], dataset.Notes);
        _temp.Write("names.txt", "some\nother list\n");
        Assert.Contains("called by ids", Assert.Single(DatasetReader.Open(Photos).Notes), StringComparison.Ordinal);
    }

    [Fact]
    public void A_list_beside_the_data_that_cannot_be_read_is_not_used()
    {
        var list = _temp.Write("names.txt", System.Text.Encoding.Latin1.GetBytes("n02084071 dög\n"));
        Assert.Equal([$"A list of names beside {Photos} is not used: Line 1 of {list} is not UTF-8 (byte 0xF6); save the file as UTF-8."],
            DatasetReader.Open(Photos).Notes);
    }

    [Theory]
    [InlineData("n02084071 dog\n", "The list of names {0} has no name for 1 of the 2 classes, 'n02121808' first; " +
        "expected a line of an id and a name for each.")]
    [InlineData("n02084071 dog\nn02121808\n", "The list of names {0} has no name for 1 of the 2 classes, 'n02121808' first; " +
        "expected a line of an id and a name for each.")]
    [InlineData("n02084071 dog\nn02084071 cat\n", "The list of names {0} calls 'n02084071' both 'dog' and 'cat'; " +
        "expected one name for each id.")]
    [InlineData("", "The list of names {0} is empty; expected a list of names: lines of an id and a name, or JSON from ids to names.")]
    public void A_list_that_lacks_a_name_is_refused(string content, string message)
    {
        var list = _temp.Write("l.txt", content);
        var error = Assert.Throws<KedgeException>(() => DatasetReader.Open(Photos, names: list));
        Assert.Equal(string.Format(null, message, list), error.Message);
    }

    [Fact]
    public void Numbers_are_called_by_their_value()
    {
        string[] files = [.. Enumerable.Range(1, 11).Select(i => $"flowers/{i}/x.jpg")];
        var list = _temp.With(files).Write("l.json", $"[{string.Join(',', Enumerable.Range(1, 11).Select(i => $"\"flower {i}\""))}]");
        var dataset = DatasetReader.Open(_temp["flowers"], names: list);
        Assert.Equal("10", dataset.ClassIds[1]);
        Assert.All(dataset.ClassIds.Zip(dataset.ClassNames), pair => Assert.Equal($"flower {pair.First}", pair.Second));
    }

    [Fact]
    public void Two_classes_of_one_name_are_told_apart_by_their_id()
    {
        var dataset = DatasetReader.Open(Photos, names: _temp.Write("l.txt", "n02084071 crane\nn02121808 crane\n"));
        Assert.Equal(["crane (n02084071)", "crane (n02121808)"], dataset.ClassNames);
        Assert.Equal(["crane", "crane"], dataset.PromptNames);
        Assert.Equal("CLIP reads the names of these classes alike, and photos alone tell them apart: " +
            "'crane (n02084071)' and 'crane (n02121808)'.", dataset.Notes[^1]);
    }
}
