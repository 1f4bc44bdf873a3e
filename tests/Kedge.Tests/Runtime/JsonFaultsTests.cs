using System.Text.Json;
using System.Text.Json.Serialization;
using Kedge.Runtime;

namespace Kedge.Tests.Runtime;

public class JsonFaultsTests
{
    private static readonly JsonSerializerOptions Strict = new(JsonSerializerDefaults.Web)
    {
        UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
        AllowDuplicateProperties = false,
        RespectNullableAnnotations = true,
        RespectRequiredConstructorParameters = true,
    };

    [JsonDerivedType(typeof(Photo), "photo")]
    private abstract record Picture;

    private sealed record Photo(string Name, int? Width = null, List<int>? Sides = null) : Picture;

    [Theory]
    [InlineData("""{"name":"a","width":"wide"}""", "The JSON value is not of the kind that is expected, at $.width in line 1.")]
    [InlineData("{\n\"name\":\"a\",\"sides\":[1,2.5]}", "The JSON value is not of the kind that is expected, at $.sides[1] in line 2.")]
    [InlineData("""{"name":"a","height":1}""", "The JSON property 'height' is unknown, at $.height in line 1.")]
    [InlineData("""{"width":1}""", "It lacks 'name', at $ in line 1.")]
    [InlineData("""{"name":"a","name":"b"}""", "Duplicate property 'name', at $.name in line 1.")]
    [InlineData("""{"name":null}""", "The constructor parameter 'Name' is null, at $.name in line 1.")]
    [InlineData("""{"name":"a",}""", "The JSON object contains a trailing comma at the end which is not supported in this mode. " +
        "Change the reader options, at $ in line 1.")]
    [InlineData("""{"name":tue}""", "'tue}' is an invalid JSON literal. Expected the literal 'true', at $.name in line 1.")]
    public void A_fault_names_no_type_of_the_program(string json, string fault) =>
        Assert.Equal(fault, Assert.ThrowsAny<JsonException>(() => JsonSerializer.Deserialize<Photo>(json, Strict)).Describe());

    [Fact]
    public void A_kind_that_is_not_stated_is_asked_for() => Assert.StartsWith("It lacks '$type'.",
        Assert.ThrowsAny<NotSupportedException>(() => JsonSerializer.Deserialize<Picture>("{}", Strict)).Describe(),
        StringComparison.Ordinal);

    [Fact]
    public void Faults_of_our_own_stay_as_they_are() =>
        Assert.Equal("The logit scale is -1.", new JsonException("The logit scale is -1.").Describe());
}
