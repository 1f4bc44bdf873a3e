using Kedge.Text;

namespace Kedge.Tests.Text;

public class ClassNamingTests
{
    [Fact]
    public void Names_have_their_id_only_where_several_are_alike() =>
        Assert.Equal(["missile (744)", "dog", "missile (657)"], new ClassNaming(["744", "1", "657"], ["missile", "dog", "missile"]).Names);

    [Fact]
    public void A_name_that_has_the_id_already_is_told_apart_too() =>
        Assert.Equal(["a (0) (0)", "a (1)", "a (0) (2)"], new ClassNaming(["0", "1", "2"], ["a", "a", "a (0)"]).Names);

    [Fact]
    public void Names_are_matched_with_those_of_others_by_their_id()
    {
        var some = new ClassNaming(["n4", "n7"], ["missile", "dog"]);
        Assert.Equal(["missile (n4)", "dog"], some.AsIn(["missile (n3)", "missile (n4)", "dog"]));
        Assert.Equal(["missile", "dog"], some.AsIn(["missile", "missile (n4)", "dog"]));
        Assert.Equal(["missile", "dog"], some.AsIn(["missile (n3)", "dog"]));
    }

    [Theory]
    [InlineData("Dog", "dog")]
    [InlineData("sea_lion", "sea lion")]
    [InlineData("caf\u00e9", "cafe\u0301")]
    [InlineData("a  b", "a b")]
    public void Names_that_CLIP_reads_alike_are_noted(string one, string other)
    {
        Assert.Equal($"CLIP reads the names of these classes alike, and photos alone tell them apart: '{one}' and '{other}'.",
            ClassNaming.Of([one, "cat", other]).NoteAlike());
        Assert.Null(ClassNaming.Of([one, "cat"]).NoteAlike());
    }
}
