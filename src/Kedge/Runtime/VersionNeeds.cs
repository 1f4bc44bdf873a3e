using System.Buffers.Binary;
using System.Text;

namespace Kedge.Runtime;

/// <summary>
/// The version needs of a 64-bit little-endian ELF library: symbol versions that it requires of others (section
/// <c>.gnu.version_r</c>).
/// </summary>
internal static class VersionNeeds
{
    private const uint SectionTypeVersionNeeds = 0x6ffffffe;
    private const ushort WeakFlag = 2;

    /// <summary>
    /// Marks every need of <paramref name="version"/> as weak, so that the loader accepts its absence.
    /// </summary>
    /// <param name="library">The whole file; changed in place.</param>
    /// <param name="version">A symbol version, such as <c>GLIBCXX_3.4.32</c>.</param>
    /// <returns>How many entries were marked; 0 where the file is no such library or does not
    /// need the version.</returns>
    public static int MakeWeak(Span<byte> library, string version)
    {
        if (library.Length < 64 || !library.StartsWith("\u007fELF"u8) || library[4] != 2 || library[5] != 1)
            return 0;
        var marked = 0;
        var sections = (int)BinaryPrimitives.ReadInt64LittleEndian(library[0x28..]);
        int sectionSize = U16(library, 0x3a), sectionCount = U16(library, 0x3c);
        for (var i = 0; i < sectionCount; i++)
        {
            var section = sections + i * sectionSize;
            var names = sections + (int)U32(library, section + 0x28) * sectionSize;
            if (U32(library, section + 4) == SectionTypeVersionNeeds)
                marked += MakeWeak(library, FileOffset(library, section), FileOffset(library, names), version);
        }
        return marked;
    }

    private static int MakeWeak(Span<byte> library, int need, int names, string version)
    {
        var marked = 0;
        for (uint next = 1; next != 0; need += (int)next)
        {
            next = U32(library, need + 12);
            var entry = need + (int)U32(library, need + 8);
            for (var left = U16(library, need + 2); left > 0; left--)
            {
                var name = library[(names + (int)U32(library, entry + 8))..];
                if (Encoding.ASCII.GetString(name[..name.IndexOf((byte)0)]) == version)
                {
                    BinaryPrimitives.WriteUInt16LittleEndian(library[(entry + 4)..], (ushort)(U16(library, entry + 4) | WeakFlag));
                    marked++;
                }
                entry += (int)U32(library, entry + 12);
            }
        }
        return marked;
    }

    private static int FileOffset(ReadOnlySpan<byte> library, int section) =>
        (int)BinaryPrimitives.ReadInt64LittleEndian(library[(section + 0x18)..]);
    private static ushort U16(ReadOnlySpan<byte> bytes, int at) => BinaryPrimitives.ReadUInt16LittleEndian(bytes[at..]);
    private static uint U32(ReadOnlySpan<byte> bytes, int at) => BinaryPrimitives.ReadUInt32LittleEndian(bytes[at..]);
}
