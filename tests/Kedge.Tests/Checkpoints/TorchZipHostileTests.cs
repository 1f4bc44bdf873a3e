using System.IO.Compression;
using Kedge.Tensors;
using Kedge.Tests.Support;

namespace Kedge.Tests.Checkpoints;

public sealed class TorchZipHostileTests : IDisposable
{
    private const byte EmptyObject = 0x81;

    private readonly TemporaryFolder _scratch = new();

    public static TheoryData<string, byte[], string> Pickles
    {
        get
        {
            var marker = Path.Combine(Path.GetTempPath(), "kedge-must-not-exist");
            return new()
            {
                { "os.system", new Pickle().Global("posix", "system").Text($"touch {marker}").Raw(0x85).Code("R").End(),
                    "it names 'posix.system'" },
                { "nt.system", new Pickle().Global("nt", "system").Text("calc").Raw(0x85).Code("R").End(), "it names 'nt.system'" },
                { "eval", new Pickle().Global("builtins", "eval").Text("1").Raw(0x85).Code("R").End(), "it names 'builtins.eval'" },
                { "getattr of an allowed name", new Pickle().Global("torch._utils", "_rebuild_tensor_v2.__globals__").End(),
                    "it names 'torch._utils._rebuild_tensor_v2.__globals__'" },
                { "eval of Python 2", new Pickle().Global("__builtin__", "eval").End(), "it names '__builtin__.eval'" },
                { "a module below another", new Pickle().Global("os.path", "join").End(), "it names 'os.path.join'" },
                { "a name without import", new Pickle().Text("os").Text("system").Raw(0x93).End(), "it names 'os.system'" },
                { "a name made of numbers", new Pickle().Int(1).Int(2).Raw(0x93).End(), "it names something by values that are no text" },
                { "the old instance opcode", new Pickle().Code("(ios\nsystem\n").End(), "the pickle opcode 0x69" },
                { "the old object opcode", new Pickle().Code("(N").Code("o").End(), "the pickle opcode 0x6f" },
                { "an extension code", new Pickle().Raw(0x82, 1).End(), "the pickle opcode 0x82" },
                { "a call of a storage class", new Pickle().Global("torch", "FloatStorage").Code(")R").End(),
                    "it calls 'torch.FloatStorage'" },
                { "a call of a TorchScript class", new Pickle().Global("__torch__.m", "M").Code(")R").End(), "it calls '__torch__.m.M'" },
                { "a call of a value", new Pickle().Int(1).Code(")R").End(), "it calls something that is no known name" },
                { "an object of a plain class", new Pickle().Global("collections", "OrderedDict").Code(")").Raw(EmptyObject).End(),
                    "it makes an object of 'collections.OrderedDict'" },
                { "state of a name", new Pickle().Global("collections", "OrderedDict").Code("}b").End(),
                    "it sets the state of 'collections.OrderedDict'" },
                { "another persistent id", new Pickle().Text("module").Code("Q").End(), "it refers to something outside itself" },
                { "an unknown storage", new Pickle().Global("torch", "QInt8Storage").End(), "it names 'torch.QInt8Storage'" },
                { "strange arguments", new Pickle().Global("torch._utils", "_rebuild_tensor_v2").Code(")R").End(),
                    "with arguments that PyTorch never writes" },
                { "an ordered dictionary of arguments",
                    new Pickle().Global("collections", "OrderedDict").Code("]").Raw(0x85).Code("R").End(), "with arguments that PyTorch" },
                { "no end", new Pickle().Code("}").End()[..^1], "it ends in the middle" },
                { "text beyond the end", new Pickle().Raw((byte)'X', 0xff, 0xff, 0xff, 0x7f).End(), "it ends in the middle" },
                { "text of negative length", new Pickle().Raw((byte)'X', 0xff, 0xff, 0xff, 0xff).End(), "it ends in the middle" },
                { "text that is none", new Pickle().Raw((byte)'X', 1, 0, 0, 0, 0xff).End(), "it holds text that is not UTF-8" },
                { "a name without end", new Pickle().Code("cposix").End(), "it ends in the middle" },
                { "an empty stack", new Pickle().End(), "it takes more values than it made" },
                { "values below a mark", new Pickle().Code("}(").Text("a").Code("s").End(), "it takes more values than it made" },
                { "a group never opened", new Pickle().Code("t").End(), "it closes a group that it never opened" },
                { "an unknown memo", new Pickle().Code("h").Raw(7).End(), "it recalls memo 7" },
                { "an odd number of items", new Pickle().Code("}(Nu").End(), "it sets items of something that is no dictionary" },
                { "an append to nothing", new Pickle().Code("}Na").End(), "it appends to something that is no list" },
                { "protocol 0", new Pickle().Raw(0x80, 0).End(), "it is a pickle of protocol 0" },
                { "a number as the root", new Pickle().Int(1).End(), "it holds neither a dictionary nor a module" },
                { "a name twice", OneByte()[..^1].Concat(OneByte()[3..^1]).Append((byte)'.').ToArray(), "it holds the tensor 'x' twice" },
                { "a dictionary in itself", new Pickle().Code("}q").Raw(0).Text("x").Code("h").Raw(0).Code("s").End(),
                    "it nests more than 64" },
                { "a bomb of shared dictionaries", SharedDictionaries(), "it holds more than 1,000,000 values" },
                { "a bomb of shared tensors", SharedTensors(),
                    "it holds more than 100,000 tensors, or names of more than 10,000,000 characters together" },
                { "a name without bounds", LongNames(), "a name of more than 1,024 characters" },
                { "steps without bounds", [.. Enumerable.Repeat((byte)'}', 2_100_000)], "it takes more than 2,000,000 steps" },
            };
        }
    }

    public static TheoryData<string, long, long, long[], long[], string> Tensors => new()
    {
        { "an offset outside", 8, 8, [1], [1], "reaches outside it or repeats it" },
        { "a negative offset", 8, -1, [1], [1], "is no possible tensor" },
        { "a stride outside", 8, 0, [2], [8], "reaches outside it or repeats it" },
        { "a negative stride", 8, 7, [2], [-1], "is no possible tensor" },
        { "a negative length", 8, 0, [-1], [1], "is no possible tensor" },
        { "fewer strides than lengths", 8, 0, [2, 2], [1], "is no possible tensor" },
        { "a shape that overflows", 8, 0, [1L << 40, 1L << 40], [0, 0], "is no possible tensor" },
        { "strides that overflow", 8, 0, [4, 2], [long.MaxValue, long.MaxValue], "reaches outside it or repeats it" },
        { "one element repeated", 8, 0, [1L << 40], [0], "reaches outside it or repeats it" },
        { "a negative storage", -1, 0, [0], [1], "is no possible tensor" },
        { "a storage bigger than its file", 9, 0, [9], [1], "has 8 bytes, too few for 9 elements" },
        { "a storage bigger than everything", long.MaxValue, 0, [1], [1], "too few for 9,223,372,036,854,775,807 elements" },
    };

    public void Dispose() => _scratch.Dispose();

    [Theory]
    [MemberData(nameof(Pickles), DisableDiscoveryEnumeration = true)]
    public void A_pickle_that_does_more_than_hold_tensors_is_refused(string what, byte[] pickle, string expected)
    {
        var error = Refused(Pickle.Zip(pickle, new() { ["data/0"] = new byte[8] }));
        Assert.True(error.Contains(expected, StringComparison.Ordinal), $"{what}: {error}");
        Assert.False(File.Exists(Path.Combine(Path.GetTempPath(), "kedge-must-not-exist")));
    }

    [Theory]
    [MemberData(nameof(Tensors))]
    public void A_tensor_that_leaves_its_storage_is_refused(
        string what, long count, long offset, long[] shape, long[] strides, string expected)
    {
        var pickle = new Pickle().Code("}").Text("x").Tensor("0", "ByteStorage", count, offset, shape, strides).Code("s").End();
        var error = Refused(Pickle.Zip(pickle, new() { ["data/0"] = new byte[8] }));
        Assert.True(error.Contains(expected, StringComparison.Ordinal), $"{what}: {error}");
    }

    [Fact]
    public void A_missing_storage_is_named() =>
        Assert.Contains("it lacks the storage 'data/0'", Refused(Pickle.Zip(OneByte())), StringComparison.Ordinal);

    [Fact]
    public void A_compressed_entry_is_refused() =>
        Assert.Contains("is compressed, which PyTorch never does",
            Refused(Pickle.Zip(OneByte(), new() { ["data/0"] = new byte[100_000] }, CompressionLevel.Optimal)), StringComparison.Ordinal);

    [Fact]
    public void Numbers_with_the_big_end_first_are_refused() =>
        Assert.Contains("big end first", Refused(Pickle.Zip(OneByte(), new() { ["data/0"] = [1], ["byteorder"] = "big"u8.ToArray() })),
            StringComparison.Ordinal);

    [Fact]
    public void A_zip_without_a_pickle_is_refused() =>
        Assert.Contains("its zip holds 2 files '*/data.pkl' where one is expected", Refused(TwoRoots()), StringComparison.Ordinal);

    [Fact]
    public void A_zip_cut_short_is_refused()
    {
        var whole = Pickle.Zip(OneByte(), new() { ["data/0"] = [1] });
        Refused(whole[..(whole.Length / 2)]);
    }

    private static byte[] OneByte() => new Pickle().Code("}").Text("x").Tensor("0", "ByteStorage", 1, 0, [1], [1]).Code("s").End();

    /// <summary>Thirty dictionaries, each with the one before it twice: 2³⁰ paths in a few hundred bytes.</summary>
    private static byte[] SharedDictionaries()
    {
        var pickle = new Pickle().Code("}q").Raw(0);
        for (byte level = 1; level <= 30; level++)
            pickle.Code("}(").Text("a").Code("h").Raw((byte)(level - 1)).Text("b").Code("h").Raw((byte)(level - 1)).Code("uq").Raw(level);
        return pickle.End();
    }

    /// <summary>A dictionary of 400 tensors, which is 400 times in another.</summary>
    private static byte[] SharedTensors()
    {
        var pickle = new Pickle().Tensor("0", "ByteStorage", 1, 0, [1], [1]).Code("q").Raw(0).Code("}(");
        for (var i = 0; i < 400; i++)
            pickle.Int(i).Code("h").Raw(0);
        pickle.Code("uq").Raw(1).Code("}(");
        for (var i = 0; i < 400; i++)
            pickle.Int(i).Code("h").Raw(1);
        return pickle.Code("u").End();
    }

    private static byte[] LongNames()
    {
        var pickle = new Pickle().Text(new string('n', 600)).Code("q").Raw(0).Code("0").Code("}(h").Raw(0).Code("}(h").Raw(0);
        return pickle.Tensor("0", "ByteStorage", 1, 0, [1], [1]).Code("uu").End();
    }

    private static byte[] TwoRoots()
    {
        using var zip = new MemoryStream();
        using (var archive = new ZipArchive(zip, ZipArchiveMode.Create, leaveOpen: true))
        {
            archive.CreateEntry("a/data.pkl");
            archive.CreateEntry("b/data.pkl");
        }
        return zip.ToArray();
    }

    private string Refused(byte[] zip)
    {
        var path = _scratch.Write("hostile.pt", zip);
        var message = Assert.Throws<KedgeException>(() => TorchZipFile.Open(path)).Message;
        Assert.StartsWith($"'{path}' cannot be read as PyTorch weights: ", message, StringComparison.Ordinal);
        Assert.Contains("nothing in it was executed", message, StringComparison.Ordinal);
        return message;
    }
}
