using System.Buffers.Binary;

namespace Kedge.Fuzzing.Mutators;

/// <summary>Removes, repeats, exchanges and changes the instructions of a pickle.</summary>
/// <remarks>Opcodes: https://github.com/python/cpython/blob/main/Lib/pickletools.py.</remarks>
internal static class PickleOpcodes
{
    /// <summary>Instructions that build, call, refer or import.</summary>
    private static readonly byte[][] Others =
    [
        .. ((string[])["(", ")", "}", "]", "t", "\u0085", "\u0086", "\u0087", "R", "b", "s", "u", "a", "e", "l", "d", "0", "1", "2", "N",
        "Q", "q\0",
            "h\0", "\u0094", "\u0093", "\u0081", "\u0092", "\u0088", "i", "o", "P0\n", "K\u0001", "M\u00FF\u00FF",
            "J\u00FF\u00FF\u00FF\u007F",
            "\u008A\0", "\u008A\u0008\u00FF\u00FF\u00FF\u00FF\u00FF\u00FF\u00FF\u007F", "X\u00FF\u00FF\u00FF\u007F",
            "X\u00FF\u00FF\u00FF\u00FF",
            "B\u00FF\u00FF\u00FF\u007F", "\u008D\u00FF\u00FF\u00FF\u00FF\u00FF\u00FF\u00FF\u007F",
            "\u0095\u00FF\u00FF\u00FF\u00FF\u00FF\u00FF\u00FF\u00FF",
            "r\u00FF\u00FF\u00FF\u007F", "j\u00FF\u00FF\u00FF\u007F", "I1\n", "L1L\n", "F1e999\n", "S'x'\n", "Vx\n", "cbuiltins\ngetattr\n",
            "ctorch._utils\n_rebuild_tensor_v2\n", "ccollections\nOrderedDict\n", "ctorch\nFloatStorage\n", "c__torch__\nModule\n", "."])
            .Select(code => code.Select(c => (byte)c).ToArray()),
    ];

    public static byte[] Mutate(byte[] input, Draw draw)
    {
        var codes = Split(input);
        if (codes.Count == 0)
            return draw.Token();
        var (at, other) = (draw.Below(codes.Count), draw.Below(codes.Count));
        switch (draw.Below(6))
        {
            case 0:
                codes.RemoveAt(at);
                break;
            case 1:
                codes.InsertRange(at, Enumerable.Repeat(codes[at], draw.Length(5000)));
                break;
            case 2:
                (codes[at], codes[other]) = (codes[other], codes[at]);
                break;
            case 3:
                codes.Insert(at, draw.Pick(Others));
                break;
            case 4:
                codes[at] = draw.Pick(Others);
                break;
            default:
                codes[at] = [codes[at][0], .. DecimalNumbers.Mutate(codes[at][1..], draw)];
                break;
        }
        return codes.Join();
    }

    /// <summary>The instructions, as far as they can be told apart; the last one is whatever follows.</summary>
    private static List<byte[]> Split(ReadOnlySpan<byte> input)
    {
        var codes = new List<byte[]>();
        while (input.Length > 0)
        {
            var length = Math.Min(Length(input), input.Length);
            codes.Add(input[..(int)length].ToArray());
            input = input[(int)length..];
        }
        return codes;
    }

    private static long Length(ReadOnlySpan<byte> code) => code[0] switch
    {
        0x80 or (byte)'K' or (byte)'q' or (byte)'h' => 2,
        (byte)'M' => 3,
        (byte)'J' or (byte)'r' or (byte)'j' => 5,
        (byte)'G' or 0x95 => 9,
        0x8a or 0x8c or (byte)'U' or (byte)'C' when code.Length > 1 => 2 + code[1],
        (byte)'X' or (byte)'T' or (byte)'B' when code.Length > 4 => 5L + BinaryPrimitives.ReadUInt32LittleEndian(code[1..]),
        (byte)'c' when code.IndexOf((byte)'\n') is var first and > 0 && code[(first + 1)..].IndexOf((byte)'\n') is var second and >= 0 =>
            first + second + 2,
        _ => 1,
    };
}
