namespace Kedge.Fuzzing.Mutators;

/// <summary>Files that hold a part again, or a part of another file.</summary>
internal static class Copies
{
    private const int MostBytes = 1 << 16;

    /// <summary>A part, 2 to 2,000 times.</summary>
    public static byte[] Repeat(byte[] input, Draw draw)
    {
        var start = draw.Below(input.Length);
        var part = input.AsSpan(start, Math.Min(input.Length - start, draw.Length(256)));
        var times = Math.Min(draw.Length(2000), MostBytes / Math.Max(1, part.Length));
        var copies = new byte[part.Length * times];
        for (var i = 0; i < times; i++)
            part.CopyTo(copies.AsSpan(i * part.Length));
        return input.With(start, 0, copies);
    }

    /// <summary>The beginning of one file and the end of another, or a part of another in its middle.</summary>
    public static byte[] Splice(byte[] input, Draw draw)
    {
        var other = draw.Other();
        var (at, from) = (draw.Below(input.Length), draw.Below(other.Length));
        return draw.OneIn(2)
            ? [.. input.AsSpan(0, at), .. other.AsSpan(from)]
            : input.With(at, 0, other.AsSpan(from, Math.Min(other.Length - from, draw.Length(4096))));
    }
}
