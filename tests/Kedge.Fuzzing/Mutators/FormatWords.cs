namespace Kedge.Fuzzing.Mutators;

/// <summary>Puts words of the format where they do not belong.</summary>
internal static class FormatWords
{
    public static byte[] Insert(byte[] input, Draw draw) => input.With(draw.Below(input.Length), 0, draw.Token());

    public static byte[] Overwrite(byte[] input, Draw draw)
    {
        var (token, at) = (draw.Token(), draw.Below(input.Length));
        return input.With(at, Math.Min(token.Length, input.Length - at), token);
    }
}
