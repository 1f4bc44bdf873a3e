using System.Globalization;
using System.Text;

namespace Kedge.Data;

/// <summary>
/// The names of a zip's entries. Each is UTF-8 where the entry says so (bit 11, or Info-ZIP's Unicode path); the
/// others are ASCII, or all of them valid UTF-8, or in an encoding that the user states. Else they are refused: a
/// guess may make one name of two.
/// </summary>
internal static class ZipNames
{
    private const int MaxBytes = 4096;
    private const int MaxDepth = 64;
    private const int MaxShown = 60;

    private static readonly UTF8Encoding Utf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    /// <summary>The names, with <c>/</c> as the separator and without empty parts and <c>.</c>.</summary>
    /// <param name="entries">The entries.</param>
    /// <param name="stated">The encoding of names that do not state theirs; null where the user stated none.</param>
    /// <param name="origin">The zip, for messages.</param>
    /// <exception cref="InvalidDataException">A name is too long or deep, or is not in the encoding that it states.
    /// </exception>
    /// <exception cref="KedgeException">The names state no encoding, and are not UTF-8.</exception>
    internal static string[] Decode(IReadOnlyList<ZipEntry> entries, Encoding? stated, string origin)
    {
        var names = new string[entries.Count];
        for (var i = 0; i < names.Length; i++)
        {
            var entry = entries[i];
            if (entry.Name.Length > MaxBytes || entry.UnicodeName?.Length > MaxBytes)
                throw new InvalidDataException($"a name in it is longer than {MaxBytes:N0} bytes");
            names[i] = Normalise(entry.IsUtf8 || entry.UnicodeName is not null
                ? Declared(entry.UnicodeName ?? entry.Name) : Undeclared(entry.Name, stated, origin));
        }
        return names;
    }

    /// <summary>Whether a name leads out of its zip: an absolute path, a drive, or <c>..</c>.</summary>
    internal static bool LeadsOut(string name) =>
        name.StartsWith('/') || name is [_, ':', ..] || name.Split('/').Contains("..");

    /// <summary>The encoding of a name such as <c>gbk</c>, <c>shift_jis</c>, <c>cp437</c> or <c>437</c>.</summary>
    /// <exception cref="KedgeException">There is none of that name.</exception>
    internal static Encoding Encoding(string name)
    {
        var number = name.StartsWith("cp", StringComparison.OrdinalIgnoreCase) ? name[2..] : name;
        var (strictly, writing) = (DecoderFallback.ExceptionFallback, EncoderFallback.ExceptionFallback);
        try
        {
            return (int.TryParse(number, NumberStyles.None, CultureInfo.InvariantCulture, out var page)
                    ? CodePagesEncodingProvider.Instance.GetEncoding(page, writing, strictly)
                    : CodePagesEncodingProvider.Instance.GetEncoding(name, writing, strictly))
                ?? System.Text.Encoding.GetEncoding(name, writing, strictly);
        }
        catch (Exception e) when (e is ArgumentException or NotSupportedException)
        {
            throw new KedgeException($"There is no encoding '{name}' for the names of a zip (--zip-names); " +
                "some are gbk, big5, shift_jis, euc-kr, windows-1252, cp437 and cp850.", e);
        }
    }

    private static string Declared(ReadOnlyMemory<byte> name)
    {
        try
        {
            return Utf8.GetString(name.Span);
        }
        catch (DecoderFallbackException e)
        {
            throw new InvalidDataException($"the name {Shown(name)} in it should be UTF-8 and is not", e);
        }
    }

    private static string Undeclared(ReadOnlyMemory<byte> name, Encoding? stated, string origin)
    {
        try
        {
            return (stated ?? Utf8).GetString(name.Span);
        }
        catch (DecoderFallbackException e)
        {
            throw new KedgeException(stated is null
                ? $"The zip {origin} has the name {Shown(name)}, which states no encoding and is not UTF-8; say what it is " +
                    "(--zip-names gbk, shift_jis, cp437, …), or unpack the zip and give the folder."
                : $"The zip {origin} has the name {Shown(name)}, which is not in {stated.WebName}; " +
                    "state another encoding (--zip-names), or unpack the zip and give the folder.", e);
        }
    }

    private static string Shown(ReadOnlyMemory<byte> name) => string.Concat(
        name[..Math.Min(name.Length, MaxShown)].ToArray().Select(value => value is > 31 and < 127 ? $"{(char)value}" : $"\\x{value:x2}"));

    private static string Normalise(string name)
    {
        name = name.Replace('\\', '/');
        if (!name.Contains("//", StringComparison.Ordinal) && !name.Contains("./", StringComparison.Ordinal)
            && name.Count(c => c == '/') < MaxDepth)
            return name;
        var parts = name.Split('/');
        if (parts.Length > MaxDepth)
            throw new InvalidDataException($"a name in it is more than {MaxDepth} folders deep");
        var end = name.EndsWith('/') ? "/" : "";
        var start = name.StartsWith('/') ? "/" : "";
        return start + string.Join('/', parts.Where(part => part is not ("" or "."))) + end;
    }
}
