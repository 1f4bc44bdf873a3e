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

    public static TheoryData<string, byte[]> Skipped => new()
    {
        // what torch.save writes for each, in protocol 2
        { "numpy.float64", new Pickle().Global("numpy.core.multiarray", "scalar").Global("numpy", "dtype").Text("f8").Raw(0x89, 0x88)
            .Raw(0x87).Code("R(K").Raw(3).Text("<").Code("NNNJ").Raw(255, 255, 255, 255).Code("J").Raw(255, 255, 255, 255).Code("K").Raw(0)
            .Code("tb").Global("_codecs", "encode").Text("x").Text("latin1").Raw(0x86).Code("R").Raw(0x86).Code("R").Bytes },
        { "a numpy array", new Pickle().Global("numpy.core.multiarray", "_reconstruct").Global("numpy", "ndarray").Code("K").Raw(0, 0x85)
            .Code("C").Raw(1, (byte)'b').Raw(0x87).Code("R(K").Raw(1).Code("K").Raw(2).Raw(0x85).Code("NN").Raw(0x89).Code("B")
            .Raw(4, 0, 0, 0, 1, 2, 3, 4).Code("tb").Bytes },
        { "torch.Size", new Pickle().Global("torch", "Size").Tuple(3).Raw(0x85).Code("R").Bytes },
        { "torch.device", new Pickle().Global("torch", "device").Text("cpu").Raw(0x85).Code("R").Bytes },
        { "torch.float16", new Pickle().Global("torch", "float16").Bytes },
        { "Counter", new Pickle().Global("collections", "Counter").Code("}").Text("a").Code("K").Raw(1).Code("s").Raw(0x85).Code("R")
            .Bytes },
        { "defaultdict", new Pickle().Global("collections", "defaultdict").Global("__builtin__", "list").Raw(0x85).Code("R").Text("a")
            .Code("]s").Bytes },
        { "Namespace", new Pickle().Global("argparse", "Namespace").Code(")").Raw(0x81).Code("}").Text("lr").Code("Nsb").Bytes },
        { "an old-style object", new Pickle().Global("copy_reg", "_reconstructor").Global("my.config", "Config")
            .Global("__builtin__", "object").Code("N").Raw(0x87).Code("R}").Text("a").Code("]sb").Bytes },
        { "a set", new Pickle().Global("__builtin__", "set").Code("]").Raw(0x85).Code("R").Bytes },
        { "a set of protocol 4", new Pickle().Raw(0x8f).Code("(K").Raw(1).Raw(0x90).Code("(K").Raw(1).Raw(0x91).Raw(0x86).Bytes },
        { "an enumeration", new Pickle().Global("my.enums", "Mode").Code("K").Raw(2).Raw(0x85).Code("R").Bytes },
        { "a class with keywords", new Pickle().Global("my.config", "Config").Code(")}").Raw(0x92).Code("(KaKbe").Bytes },
        { "a partial function", new Pickle().Global("functools", "partial").Global("torch.nn", "LayerNorm").Raw(0x85).Code("R(NNNNtb")
            .Bytes },
        { "an integer beyond 64 bits", new Pickle().Raw(0x8b, 9, 0, 0, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9).Bytes },
        { "bytes of protocol 5", new Pickle().Raw(0x96, 2, 0, 0, 0, 0, 0, 0, 0, 7, 8).Raw(0x8d, 1, 0, 0, 0, 0, 0, 0, 0, (byte)'x').Raw(0x86)
            .Bytes },
    };

    [Theory, MemberData(nameof(Skipped), DisableDiscoveryEnumeration = true)]
    public void What_is_no_tensor_is_skipped_and_the_tensors_are_read(string what, byte[] value)
    {
        using var file = Open(new Pickle().Code("}(").Text(what).Raw(value).Text("listed").Code("](").Raw(value).Code("e")
            .Text("state_dict").Code("}").Text("x").Tensor("0", "FloatStorage", 6, 0, [6], [1]).Code("s").Code("u"));
        Assert.Equal(["state_dict.x"], file.Entries.Keys);
        Assert.True(file.Read("state_dict.x").Equals(arange(6f)));
    }

    [Fact]
    public void A_tensor_of_a_class_of_its_own_is_read()
    {
        using var file = Open(new Pickle().Code("}").Text("x").Global("torch._tensor", "_rebuild_from_type_v2").Code("(")
            .Global("torch._utils", "_rebuild_tensor_v2").Global("torch.nn.parameter", "Parameter").Code("((").Text("storage")
            .Global("torch", "FloatStorage").Text("0").Text("cpu").Int(6).Code("tQ").Int(0).Tuple(6).Tuple(1).Raw(0x89)
            .Global("collections", "OrderedDict").Code(")Rt}tRs"));
        Assert.True(file.Read("x").Equals(arange(6f)));
    }

    private TorchZipFile Open(Pickle pickle) =>
        TorchZipFile.Open(_scratch.Write("model.pt", Pickle.Zip(pickle.End(), new() { ["data/0"] = Six })));
}
