namespace Kedge.Fuzzing.Mutators;

/// <summary>Files that were cut short, and files that lack a part.</summary>
internal static class Cuts
{
    public static byte[] Truncate(byte[] input, Draw draw) => input[..draw.Below(input.Length)];

    public static byte[] Remove(byte[] input, Draw draw)
    {
        var start = draw.Below(input.Length);
        return input.With(start, Math.Min(input.Length - start, draw.Length(input.Length)), []);
    }
}
