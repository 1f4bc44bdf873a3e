using Kedge.Tensors;
using Kedge.Tests.Support;
using TorchSharp;
using static TorchSharp.torch;

namespace Kedge.Tests.Tensors;

public sealed class SafetensorsFileTests : IDisposable
{
    private readonly TemporaryFolder _scratch = new();
    private readonly DisposeScope _scope = NewDisposeScope();

    public void Dispose()
    {
        _scope.Dispose();
        _scratch.Dispose();
    }

    [Theory]
    [InlineData(ScalarType.Float64)]
    [InlineData(ScalarType.Float32)]
    [InlineData(ScalarType.Float16)]
    [InlineData(ScalarType.BFloat16)]
    [InlineData(ScalarType.Int64)]
    [InlineData(ScalarType.Int32)]
    [InlineData(ScalarType.Int16)]
    [InlineData(ScalarType.Int8)]
    [InlineData(ScalarType.Byte)]
    [InlineData(ScalarType.Bool)]
    public void A_written_tensor_reads_back_the_same(ScalarType type)
    {
        var expected = arange(0, 6).reshape(2, 3).to(type);
        using var file = WriteAndOpen(new() { ["x"] = expected });
        var read = file.Read("x");
        Assert.Equal(type, file.Entries["x"].Type);
        Assert.Equal(type, read.dtype);
        Assert.Equal([2, 3], read.shape);
        Assert.True(read.Equals(expected));
    }

    [Fact]
    public void Scalars_empty_tensors_and_views_keep_their_shape_and_values()
    {
        var square = arange(9f).reshape(3, 3);
        using var file = WriteAndOpen(new()
        {
            ["scalar"] = tensor(3.5f),
            ["empty"] = zeros(0, 4),
            ["turned"] = square.t(),
            ["column"] = square[.., 1],
        });
        Assert.Empty(file.Read("scalar").shape);
        Assert.Equal(3.5f, file.Read("scalar").item<float>());
        Assert.Equal([0, 4], file.Read("empty").shape);
        Assert.True(file.Read("turned").Equals(square.t()));
        Assert.True(file.Read("column").Equals(square[.., 1]));
    }

    [Fact]
    public void Metadata_and_names_may_hold_any_text()
    {
        const string odd = "quote \" backslash \\ newline \n snowman \u2603 \U0001F600";
        var path = _scratch["odd.safetensors"];
        SafetensorsWriter.Write(path, new Dictionary<string, Tensor> { [odd] = ones(1) }, new Dictionary<string, string> { [odd] = odd });
        using var file = SafetensorsFile.Open(path);
        Assert.Equal([odd], file.Entries.Keys);
        Assert.Equal(odd, file.Metadata[odd]);
    }

    [Fact]
    public void The_order_of_the_tensors_does_not_change_the_file_and_its_data_is_aligned()
    {
        var (a, b, c) = (ones(3, dtype: ScalarType.Int8), ones(5), ones(2, dtype: ScalarType.Int64));
        var (one, other) = (_scratch["one"], _scratch["other"]);
        SafetensorsWriter.Write(one, new Dictionary<string, Tensor> { ["a"] = a, ["b"] = b, ["c"] = c });
        SafetensorsWriter.Write(other, new Dictionary<string, Tensor> { ["c"] = c, ["b"] = b, ["a"] = a });
        var bytes = File.ReadAllBytes(one);
        Assert.Equal(bytes, File.ReadAllBytes(other));
        Assert.Equal(0, BitConverter.ToInt64(bytes) % 8);
    }

    [Fact]
    public void A_stream_that_cannot_seek_is_read_as_well()
    {
        var path = _scratch["plain.safetensors"];
        SafetensorsWriter.Write(path, new Dictionary<string, Tensor> { ["x"] = arange(4f) });
        using var file = SafetensorsFile.Read(new ForwardOnlyStream(File.ReadAllBytes(path)), "resource");
        Assert.Equal("resource", file.Origin);
        Assert.True(file.Read("x").Equals(arange(4f)));
    }

    [Fact]
    public void A_name_that_is_not_there_is_said_with_the_file()
    {
        using var file = WriteAndOpen(new() { ["x"] = ones(1) });
        var error = Assert.Throws<KedgeException>(() => file.Read("y"));
        Assert.Equal($"'{file.Origin}' holds no tensor named 'y' among its 1; check that it is the right file for this use.",
            error.Message);
    }

    [Fact]
    public void The_reference_file_is_read_in_its_own_types_and_shapes()
    {
        using var file = SafetensorsFile.Open(TestData.Small("clip-vit", "openai.fp16.safetensors"));
        Assert.Equal(ScalarType.Float16, file.Entries["visual.conv1.weight"].Type);
        Assert.All(file.Entries.Values, entry => Assert.Equal(entry.Shape, file.Read(entry.Name).shape));
    }

    private SafetensorsFile WriteAndOpen(Dictionary<string, Tensor> tensors)
    {
        var path = _scratch["file.safetensors"];
        SafetensorsWriter.Write(path, tensors);
        return SafetensorsFile.Open(path);
    }

    private sealed class ForwardOnlyStream(byte[] content) : MemoryStream(content)
    {
        public override bool CanSeek => false;
    }
}
