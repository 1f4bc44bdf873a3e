using System.IO.Compression;
using System.Text;

namespace Kedge.Tests.Support;

/// <summary>Writes pickles, well-meant and hostile, and the zips around them, as PyTorch lays them out.</summary>
internal sealed class Pickle
{
    private readonly List<byte> _bytes = [];

    public Pickle() => Raw(0x80, 2);

    public Pickle Raw(params byte[] bytes)
    {
        _bytes.AddRange(bytes);
        return this;
    }

    public Pickle Code(string opcodes) => Raw(Encoding.ASCII.GetBytes(opcodes));

    public Pickle Global(string module, string name) => Code($"c{module}\n{name}\n");

    public Pickle Text(string text) =>
        Raw([(byte)'X', .. BitConverter.GetBytes(Encoding.UTF8.GetByteCount(text)), .. Encoding.UTF8.GetBytes(text)]);

    public Pickle Int(long value) => Raw([0x8a, 8, .. BitConverter.GetBytes(value)]);

    public Pickle Tuple(params long[] values)
    {
        Code("(");
        foreach (var value in values)
            Int(value);
        return Code("t");
    }

    /// <summary>A tensor as <c>torch.save</c> writes it.</summary>
    public Pickle Tensor(string key, string storage, long count, long offset, long[] shape, long[] strides) =>
        Global("torch._utils", "_rebuild_tensor_v2")
            .Code("((").Text("storage").Global("torch", storage).Text(key).Text("cpu").Int(count).Code("tQ")
            .Int(offset).Tuple(shape).Tuple(strides).Raw(0x89).Global("collections", "OrderedDict").Code(")RtR");

    /// <summary>What was written so far, without the header: a part for another pickle.</summary>
    public byte[] Bytes => [.. _bytes[2..]];

    public byte[] End() => Code(".")._bytes.ToArray();

    /// <summary>A zip with a pickle and storages, stored as they are unless a level says otherwise.</summary>
    public static byte[] Zip(
        byte[] pickle, Dictionary<string, byte[]>? files = null, CompressionLevel level = CompressionLevel.NoCompression)
    {
        using var zip = new MemoryStream();
        using (var archive = new ZipArchive(zip, ZipArchiveMode.Create, leaveOpen: true))
        {
            foreach (var (name, content) in (Dictionary<string, byte[]>)new(files ?? []) { ["data.pkl"] = pickle })
            {
                using var entry = archive.CreateEntry("archive/" + name, level).Open();
                entry.Write(content);
            }
        }
        return zip.ToArray();
    }
}
