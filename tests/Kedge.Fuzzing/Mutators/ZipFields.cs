namespace Kedge.Fuzzing.Mutators;

/// <summary>Changes fields of a zip's headers: methods, flags, sizes, offsets, names.</summary>
internal static class ZipFields
{
    private static readonly Header[] Headers =
    [
        new([.. "PK\x1\x2"u8], NameLength: 28, Name: 46,
            [(4, 2), (6, 2), (8, 2), (10, 2), (12, 2), (14, 2), (16, 4), (20, 4), (24, 4), (28, 2), (30, 2), (32, 2), (34, 2), (38, 4),
                (42, 4)]),
        new([.. "PK\x3\x4"u8], NameLength: 26, Name: 30,
        [(4, 2), (6, 2), (8, 2), (10, 2), (12, 2), (14, 4), (18, 4), (22, 4), (26, 2), (28, 2)]),
        new([.. "PK\x5\x6"u8], NameLength: -1, Name: 22, [(4, 2), (6, 2), (8, 2), (10, 2), (12, 4), (16, 4), (20, 2)]),
    ];

    private sealed record Header(byte[] Signature, int NameLength, int Name, (int Offset, int Width)[] Fields);

    public static byte[] Mutate(byte[] input, Draw draw)
    {
        var header = draw.Pick(Headers);
        var places = Places(input, header);
        if (places.Count == 0)
            return BinaryNumbers.Mutate(input, draw);
        byte[] result = [.. input];
        var at = draw.Pick(places);
        var name = header.NameLength < 0 ? 0 : input[at + header.NameLength] | (input[at + header.NameLength + 1] << 8);
        if (name > 0 && at + header.Name + name <= input.Length && draw.OneIn(3))
        {
            result[at + header.Name + draw.Below(name)] = draw.Byte();
            return result;
        }
        var (offset, width) = draw.Pick(header.Fields);
        BinaryNumbers.Write(result.AsSpan(at + offset, width), draw.OneIn(3) ? 1L << draw.Below(16) : draw.Extreme(input.Length),
            bigEndian: false);
        return result;
    }

    private static List<int> Places(ReadOnlySpan<byte> input, Header header)
    {
        var places = new List<int>();
        for (var at = 0; input[at..].IndexOf(header.Signature) is var next and >= 0; at += next + 1)
        {
            if (at + next + header.Name <= input.Length)
                places.Add(at + next);
        }
        return places;
    }
}
