using System.Text;
using Kedge.Tasks;
using Kedge.Tests.Support;
using static TorchSharp.torch;

namespace Kedge.Tests.Tasks;

/// <summary>Each file has one fault, and is refused by one sentence that names it.</summary>
public sealed class FeatureTaskRefusalTests : IDisposable
{
    private const string Needed = "a task needs support.features, support.labels, query.features, query.labels and class.features";
    private const string Known =
        "a task's are support.features, support.labels, query.features, query.labels, validation.features, validation.labels, " +
            "class.features, class.norms, anchor.features";

    private readonly TaskFile _file = new();

    public static TheoryData<string, string> Missing => new()
    {
        { "support.features", $"lacks the tensor 'support.features': {Needed}." },
        { "support.labels", $"lacks the tensor 'support.labels': {Needed}." },
        { "query.features", $"lacks the tensor 'query.features': {Needed}." },
        { "query.labels", $"lacks the tensor 'query.labels': {Needed}." },
        { "class.features", $"lacks the tensor 'class.features': {Needed}." },
        { "validation.features", "lacks the tensor 'validation.features': validation needs both its features and its labels, or neither." },
        { "validation.labels", "lacks the tensor 'validation.labels': validation needs both its features and its labels, or neither." },
        { "anchor.features", "has the metadata 'anchor_names' without the tensor 'anchor.features': write both, or neither." },
        { "class_names", "lacks the metadata 'class_names': it needs a JSON array with a name for each row of class.features." },
        { "logit_scale", "lacks the metadata 'logit_scale': write the factor of cosines that its model was trained with, " +
            "100 for OpenAI's." },
    };

    public static TheoryData<string, long[], string> Shapes => new()
    {
        { "class.features", [4], "of shape [4]: it needs [3, D], a row for each of class_names" },
        { "class.features", [2, 4], "of shape [2, 4]: it needs [3, D], a row for each of class_names" },
        { "class.features", [3, 0], "of shape [3, 0]: it needs [3, D], a row for each of class_names" },
        { "support.features", [24], "of shape [24]: it needs [N, 4] or [V, N, 4], as wide as class.features" },
        { "support.features", [6, 5], "of shape [6, 5]: it needs [N, 4] or [V, N, 4], as wide as class.features" },
        { "support.features", [0, 6, 4], "of shape [0, 6, 4]: it needs [N, 4] or [V, N, 4], as wide as class.features" },
        { "support.features", [4294967296, 0, 4], "of shape [4294967296, 0, 4]: it needs [N, 4] or [V, N, 4], as wide as class.features" },
        { "query.features", [1, 5, 4], "of shape [1, 5, 4]: it needs [Q, 4], Q at least 1, as wide as class.features" },
        { "query.features", [0, 4], "of shape [0, 4]: it needs [Q, 4], Q at least 1, as wide as class.features" },
        { "query.features", [0, 1152921504606846976],
            "of shape [0, 1152921504606846976]: it needs [Q, 4], Q at least 1, as wide as class.features" },
        { "validation.features", [2, 3], "of shape [2, 3]: it needs [Q, 4], Q at least 1, as wide as class.features" },
        { "class.norms", [2], "of shape [2]: it needs [3], one for each of class_names" },
        { "class.norms", [3, 1], "of shape [3, 1]: it needs [3], one for each of class_names" },
        { "anchor.features", [3, 4], "of shape [3, 4]: it needs [2, 4], a row for each of anchor_names, as wide as class.features" },
        { "anchor.features", [2, 8], "of shape [2, 8]: it needs [2, 4], a row for each of anchor_names, as wide as class.features" },
    };

    public static TheoryData<string, string, string> Notes => new()
    {
        { "logit_scale", "0", "has the logit_scale '0': it needs a number above 0, 100 for OpenAI's models." },
        { "logit_scale", "-1", "has the logit_scale '-1': it needs a number above 0, 100 for OpenAI's models." },
        { "logit_scale", "NaN", "has the logit_scale 'NaN': it needs a number above 0, 100 for OpenAI's models." },
        { "logit_scale", "1e99", "has the logit_scale '1e99': it needs a number above 0, 100 for OpenAI's models." },
        { "logit_scale", "much", "has the logit_scale 'much': it needs a number above 0, 100 for OpenAI's models." },
        { "class_names", "cat,dog", "has metadata 'class_names' that are no JSON array of texts: " +
            "it needs a name for each row of class.features, such as [\"cat\", …]." },
        { "class_names", "null", "has metadata 'class_names' that are no JSON array of texts: " +
            "it needs a name for each row of class.features, such as [\"cat\", …]." },
        { "class_names", "[1,2,3]", "has metadata 'class_names' that are no JSON array of texts: " +
            "it needs a name for each row of class.features, such as [\"cat\", …]." },
        { "class_names", """["a",null,"b"]""", "has metadata 'class_names' that are no JSON array of texts: " +
            "it needs a name for each row of class.features, such as [\"cat\", …]." },
        { "class_names", """["a","\ud800","b"]""", "has metadata 'class_names' that are no JSON array of texts: " +
            "it needs a name for each row of class.features, such as [\"cat\", …]." },
        { "class_names", """["a","","b"]""", "has metadata 'class_names' that are no JSON array of texts: " +
            "it needs a name for each row of class.features, such as [\"cat\", …]." },
        { "class_names", """["a"]""", "has 1 name(s) in 'class_names': it needs at least 2." },
        { "prompt_names", """["a","b"]""", "has 2 name(s) in 'prompt_names' and 3 in 'class_names': it needs as many." },
        { "anchor_names", """{"a":1}""", "has metadata 'anchor_names' that are no JSON array of texts: " +
            "it needs a name for each row of anchor.features, such as [\"cat\", …]." },
        { "templates", "a photo of a {}.", "has metadata 'templates' that are no JSON array of texts: " +
            "it needs the sentences behind class.features, such as [\"a photo of a {}.\", …]." },
        { "anchors_names", "[]", "has the unknown metadata 'anchors_names': a task's are class_names, prompt_names, " +
            "anchor_names, logit_scale, templates, model, left_out; rename or remove it." },
    };

    public void Dispose() => _file.Dispose();

    [Theory, MemberData(nameof(Missing))]
    public void What_is_missing(string name, string expected) =>
        Assert.Equal(expected, Refused(_file.With(name, tensor: null).With(name, metadata: null)));

    [Theory, MemberData(nameof(Shapes))]
    public void A_wrong_shape(string name, long[] shape, string expected) =>
        Assert.Equal($"has '{name}' {expected}.", Refused(_file.With(name, zeros(shape))));

    [Theory, MemberData(nameof(Notes))]
    public void Wrong_metadata(string name, string value, string expected) => Assert.Equal(expected, Refused(_file.With(name, value)));

    [Theory]
    [InlineData("support.views")]
    [InlineData("query.Labels")]
    [InlineData("validatoin.features")]
    [InlineData("anchor.feature")]
    public void A_misspelt_tensor(string name) =>
        Assert.Equal($"has the unknown tensor '{name}': {Known}; rename or remove it.", Refused(_file.With(name, _file.Rows(1, 4))));

    [Theory]
    [InlineData("query.features", ScalarType.Float64, "has 'query.features' of type F64: it needs one of F32, F16, BF16.")]
    [InlineData("class.features", ScalarType.Int64, "has 'class.features' of type I64: it needs one of F32, F16, BF16.")]
    [InlineData("support.labels", ScalarType.Float32, "has 'support.labels' of type F32: it needs one of I64, I32.")]
    [InlineData("query.labels", ScalarType.Byte, "has 'query.labels' of type U8: it needs one of I64, I32.")]
    public void A_wrong_type(string name, ScalarType type, string expected) =>
        Assert.Equal(expected, Refused(_file.With(name, _file.Tensors[name].to(type))));

    [Theory]
    [InlineData("support.labels", 6, "has 'support.labels' of shape [7]: it needs [6], one a row of support.features.")]
    [InlineData("query.labels", 5, "has 'query.labels' of shape [6]: it needs [5], one a row of query.features.")]
    public void Labels_without_rows(string name, int rows, string expected) =>
        Assert.Equal(expected, Refused(_file.With(name, zeros([rows + 1], ScalarType.Int64))));

    [Theory]
    [InlineData(3, "has the label 3 in row 1 of 'query.labels': it needs 0 to 2, the places in class_names.")]
    [InlineData(-1, "has the label -1 in row 1 of 'query.labels': it needs 0 to 2, the places in class_names.")]
    [InlineData(long.MinValue, "has the label -9223372036854775808 in row 1 of 'query.labels': it needs 0 to 2, " +
        "the places in class_names.")]
    public void A_label_that_is_no_class(long label, string expected) =>
        Assert.Equal(expected, Refused(_file.With("query.labels", tensor([0, label, 2, 1, 0]))));

    [Theory]
    [InlineData(float.NaN, "NaN, infinity or numbers too large in row 1 of 'query.features': encode it again")]
    [InlineData(float.NegativeInfinity, "NaN, infinity or numbers too large in row 1 of 'query.features': encode it again")]
    [InlineData(float.MaxValue, "NaN, infinity or numbers too large in row 1 of 'query.features': encode it again")]
    [InlineData(0, "nothing but zeros in row 1 of 'query.features': it has no direction; encode it again, or leave it out")]
    [InlineData(float.Epsilon, "nothing but zeros in row 1 of 'query.features': it has no direction; encode it again, or leave it out")]
    public void A_row_that_is_no_feature(float value, string expected)
    {
        using (var row = _file.Tensors["query.features"][1])
            row.fill_(value);
        Assert.Equal($"has {expected}.", Refused(_file));
    }

    [Theory, InlineData(0f), InlineData(-1f), InlineData(float.NaN), InlineData(float.PositiveInfinity)]
    public void A_norm_that_is_none(float value) => Assert.Equal(
        $"has the number {value} in 'class.norms': it needs norms above 0.", Refused(_file.With("class.norms", tensor([7, value, 9]))));

    [Fact]
    public void A_row_of_a_view_that_is_no_feature()
    {
        _file.With("support.features", _file.Rows(2, 6, 4));
        using (var row = _file.Tensors["support.features"][1, 4])
            row.fill_(0);
        Assert.Equal("has nothing but zeros in row 4 of view 1 of 'support.features': it has no direction; encode it again, " +
            "or leave it out.", Refused(_file));
    }

    [Fact]
    public void A_file_that_is_not_there() => Assert.Equal(
        $"There is no task file at '{_file.Path}'; expected a safetensors file of features, as kedge task writes it.",
        Assert.Throws<KedgeException>(() => FeatureTask.Open(_file.Path)).Message);

    [Fact]
    public void A_file_cut_short_anywhere()
    {
        var bytes = File.ReadAllBytes(_file.Write());
        foreach (var length in Enumerable.Range(0, bytes.Length))
        {
            File.WriteAllBytes(_file.Path, bytes[..length]);
            Assert.Contains("is not a sound safetensors file", Assert.Throws<KedgeException>(() => FeatureTask.Open(_file.Path)).Message);
        }
    }

    [Fact]
    public void Sizes_that_no_memory_holds()
    {
        var bytes = File.ReadAllBytes(_file.Write());
        var length = (int)BitConverter.ToInt64(bytes);
        var header = Encoding.UTF8.GetString(bytes, sizeof(long), length)
            .Replace("\"shape\":[6,4]", "\"shape\":[2305843009213693951,4]", StringComparison.Ordinal);
        File.WriteAllBytes(_file.Path, [.. BitConverter.GetBytes((long)Encoding.UTF8.GetByteCount(header)),
            .. Encoding.UTF8.GetBytes(header), .. bytes[(sizeof(long) + length)..]]);
        Assert.Contains("is not a sound safetensors file: tensor 'support.features' of type F32 and shape [2305843009213693951, 4]",
            Assert.Throws<KedgeException>(() => FeatureTask.Open(_file.Path)).Message);
    }

    private static string Refused(TaskFile file)
    {
        var path = file.Write();
        var message = Assert.Throws<KedgeException>(() => FeatureTask.Open(path)).Message;
        var start = $"The task '{path}' ";
        Assert.StartsWith(start, message);
        return message[start.Length..];
    }
}
