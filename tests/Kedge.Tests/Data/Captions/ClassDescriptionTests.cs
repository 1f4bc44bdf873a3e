using Kedge.Data.Captions;
using Kedge.Tests.Support;

namespace Kedge.Tests.Data.Captions;

public sealed class ClassDescriptionTests : IDisposable
{
    private const string Expected = "expected a JSON object from class id to names (at least one), hypernyms and gloss.";

    private readonly TemporaryFolder _scratch = new();

    public void Dispose() => _scratch.Dispose();

    [Fact]
    public void Captions_name_the_class_what_it_is_a_kind_of_and_its_definition()
    {
        var path = _scratch.Write("classes.json", """
            { "n1": { "names": ["goldfish", "Carassius auratus"], "hypernyms": ["cyprinid", "fish", "vertebrate", "animal"], "gloss": "a small golden fish" } }
            """);
        Assert.Equal(
        [
            "a photo of a goldfish.", "a photo of a goldfish.", "a picture of a goldfish.", "goldfish",
            "a photo of a Carassius auratus.", "a photo of a Carassius auratus.", "a picture of a Carassius auratus.", "Carassius auratus",
            "a photo of a goldfish, a type of cyprinid.", "a photo of a goldfish, a type of fish.",
            "a photo of a goldfish, a type of vertebrate.",
            "a photo of a Carassius auratus, a type of cyprinid.", "a photo of a Carassius auratus, a type of fish.",
            "a photo of a Carassius auratus, a type of vertebrate.",
            "a photo of a goldfish: a small golden fish.",
        ], ClassDescription.ReadAll(path)["n1"].Captions());
    }

    [Fact]
    public void A_missing_file_is_named()
    {
        var path = _scratch["classes.json"];
        var error = Assert.Throws<KedgeException>(() => ClassDescription.ReadAll(path));
        Assert.Equal($"Reading class descriptions from '{path}' failed: Could not find file '{path}'. Check the path.", error.Message);
    }

    [Theory]
    [InlineData("""{ "n1": { "names": ["goldfish"], "gloss": "a fish" } }""")]
    [InlineData("""{ "n1": { "names": [], "hypernyms": [], "gloss": "a fish" } }""")]
    [InlineData("""{ "n1": { "names": ["goldfish", null], "hypernyms": [], "gloss": "a fish" } }""")]
    [InlineData("""{ "n1": { "names": [""], "hypernyms": [], "gloss": "a fish" } }""")]
    [InlineData("""{ "n0": { "names": ["carp"], "hypernyms": [], "gloss": "a fish" }, "n1": null }""")]
    public void A_class_that_lacks_something_is_named(string json) =>
        AssertRefused(json, "found the class n1 without names, hypernyms or gloss");

    [Theory, InlineData("{}"), InlineData("null")]
    public void A_file_without_classes_is_refused(string json) => AssertRefused(json, "found no class");

    [Theory]
    [InlineData("[]", "$, line 1")]
    [InlineData("{ \"n1\": {\n\"names\": \"goldfish\" } }", "$.n1.names, line 2")]
    [InlineData("{ \"n1\": ", "$.n1, line 1")]
    [InlineData("", "$, line 1")]
    public void Another_form_is_refused_with_its_place(string json, string place) => AssertRefused(json, $"found another form at {place}");

    private void AssertRefused(string json, string found)
    {
        var path = _scratch.Write("classes.json", json);
        var error = Assert.Throws<KedgeException>(() => ClassDescription.ReadAll(path));
        Assert.Equal($"Reading class descriptions from '{path}' {found}; {Expected}", error.Message);
    }
}
