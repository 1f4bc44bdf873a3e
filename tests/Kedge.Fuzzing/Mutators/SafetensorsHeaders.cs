using System.Buffers.Binary;

namespace Kedge.Fuzzing.Mutators;

/// <summary>Changes the JSON header of a safetensors file and states its new length, or another one.</summary>
internal static class SafetensorsHeaders
{
    private const int LengthBytes = 8;

    public static byte[] Mutate(byte[] input, Draw draw)
    {
        if (input.Length < LengthBytes || BinaryPrimitives.ReadInt64LittleEndian(input) is var length
            && (length < 0 || length > input.Length - LengthBytes))
            return BinaryNumbers.Mutate(input, draw);
        var header = JsonValues.Mutate(input[LengthBytes..(LengthBytes + (int)length)], draw);
        var result = input.With(LengthBytes, (int)length, header);
        BinaryPrimitives.WriteInt64LittleEndian(result, draw.OneIn(20) ? draw.Extreme(header.Length) : header.Length);
        return result;
    }
}
