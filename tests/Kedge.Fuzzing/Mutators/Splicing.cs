namespace Kedge.Fuzzing.Mutators;

/// <summary>Replaces parts of files.</summary>
internal static class Splicing
{
    /// <summary>The file with other bytes in the place of a part of it.</summary>
    public static byte[] With(this byte[] input, int start, int length, ReadOnlySpan<byte> content)
    {
        var result = new byte[input.Length - length + content.Length];
        input.AsSpan(0, start).CopyTo(result);
        content.CopyTo(result.AsSpan(start));
        input.AsSpan(start + length).CopyTo(result.AsSpan(start + content.Length));
        return result;
    }

    /// <summary>The parts as one file.</summary>
    public static byte[] Join(this IEnumerable<byte[]> parts) => [.. parts.SelectMany(part => part)];
}
