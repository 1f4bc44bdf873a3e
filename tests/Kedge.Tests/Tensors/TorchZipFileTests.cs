using Kedge.Tensors;
using Kedge.Tests.Support;
using static TorchSharp.torch;

namespace Kedge.Tests.Tensors;

public sealed class TorchZipFileTests : IDisposable
{
    private static readonly byte[] Six = [.. Enumerable.Range(0, 6).SelectMany(i => BitConverter.GetBytes((float)i))];

    private readonly TemporaryFolder _scratch = new();
    private readonly TorchSharp.DisposeScope _scope = NewDisposeScope();

    public void Dispose()
    {
        _scope.Dispose();
        _scratch.Dispose();
    }

    [Fact]
    public void Strides_and_offsets_are_respected()
    {
        using var file = Open(new Pickle().Code("}(")
            .Text("rows").Tensor("0", "FloatStorage", 6, 0, [2, 3], [3, 1])
            .Text("turned").Tensor("0", "FloatStorage", 6, 0, [3, 2], [1, 3])
            .Text("last").Tensor("0", "FloatStorage", 6, 4, [2], [1])
            .Text("column").Tensor("0", "FloatStorage", 6, 1, [2], [3])
            .Text("scalar").Tensor("0", "FloatStorage", 6, 5, [], [])
            .Text("empty").Tensor("0", "FloatStorage", 6, 6, [0, 4], [4, 1])
            .Code("u"));
        var rows = arange(6f).reshape(2, 3);
        Assert.True(file.Read("rows").Equals(rows));
        Assert.True(file.Read("turned").Equals(rows.t()));
        Assert.True(file.Read("turned").is_contiguous());
        Assert.True(file.Read("last").Equals(tensor((float[])[4, 5])));
        Assert.True(file.Read("column").Equals(tensor((float[])[1, 4])));
        Assert.Equal(5f, file.Read("scalar").item<float>());
        Assert.Equal([0, 4], file.Read("empty").shape);
    }

    [Fact]
    public void Nested_dictionaries_and_modules_give_dotted_names_and_what_is_no_tensor_is_left_out()
    {
        using var file = Open(new Pickle().Code("}(")
            .Text("epoch").Int(3)
            .Text("state_dict").Code("}(").Text("x").Tensor("0", "FloatStorage", 6, 0, [6], [1]).Code("u")
            .Text("module").Global("__torch__.a.model", "M").Code(")").Raw(0x81).Code("}(")
            .Text("training").Raw(0x88).Text("w").Tensor("0", "FloatStorage", 6, 0, [1], [1]).Code("ub").Code("u"));
        Assert.Equal(["module.w", "state_dict.x"], file.Entries.Keys.Order());
        Assert.False(file.IsScript);
    }

    [Fact]
    public void Parameters_and_the_state_of_an_ordered_dictionary_are_understood()
    {
        using var file = Open(new Pickle().Global("collections", "OrderedDict").Code(")R(")
            .Text("x").Global("torch._utils", "_rebuild_parameter").Code("(").Tensor("0", "FloatStorage", 6, 0, [6], [1]).Raw(0x88)
            .Global("collections", "OrderedDict").Code(")RtR").Code("u")
            .Code("}").Text("_metadata").Code("}sb"));
        Assert.True(file.Read("x").Equals(arange(6f)));
    }

    private TorchZipFile Open(Pickle pickle) =>
        TorchZipFile.Open(_scratch.Write("model.pt", Pickle.Zip(pickle.End(), new() { ["data/0"] = Six })));
}
