using Kedge.Tests.Support;
using Kedge.Text;

namespace Kedge.Tests.Text;

public class OpenWordsTests
{
    [Fact]
    public void Lists_are_as_long_as_they_say() => Assert.Equal((256, 3000), (OpenWords.All.Count, OpenWords.Nouns.Count));

    [Fact]
    public void No_list_has_a_word_twice()
    {
        Assert.Null(WordList.FromLines(OpenWords.All, "words").Note);
        Assert.Null(WordList.FromLines(OpenWords.Nouns, "nouns").Note);
    }

    [Fact]
    public void Nouns_are_common_nouns_of_one_to_three_words() =>
        Assert.All(OpenWords.Nouns, noun => Assert.Matches("^[a-z]{2,}([ '-][a-z]+){0,2}$", noun));

    [Fact]
    public void Common_things_come_first()
    {
        var places = ((string[])["dog", "airplane", "zebra"]).Select(noun => OpenWords.Nouns.ToList().IndexOf(noun)).ToArray();
        Assert.Equal(places.Order(), places);
        Assert.DoesNotContain(-1, places);
    }

    [Fact]
    public void The_notice_gives_the_licence_of_the_nouns()
    {
        var notice = string.Join(' ', File.ReadAllText(Path.Combine(TestData.Folder, "..", "..", "..", "NOTICE"))
            .Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries));
        Assert.Contains("WordNet 3.0 Copyright 2006 by Princeton University. All rights reserved.", notice);
        Assert.Contains("THIS SOFTWARE AND DATABASE IS PROVIDED \"AS IS\" AND PRINCETON UNIVERSITY MAKES NO REPRESENTATIONS OR WARRANTIES",
            notice);
    }
}
