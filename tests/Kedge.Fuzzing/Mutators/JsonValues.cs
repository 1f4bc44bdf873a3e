using System.Text;
using System.Text.Json;

namespace Kedge.Fuzzing.Mutators;

/// <summary>
/// Changes values of JSON: other kinds, extremes, missing, repeated, exchanged, nested; also of JSON in a text.
/// </summary>
internal static class JsonValues
{
    private static readonly byte[][] Values =
    [
        .. ((string[])[
            "null", "true", "false", "0", "1", "-1", "0.5", "-0", "2147483647", "2147483648", "-2147483648", "9223372036854775807",
            "9223372036854775808", "1e400", "-1e400", "1e-400", "1e15", "\"\"", "\" \"", "\"null\"", "\"1\"", "\"NaN\"", "\"\\ud800\"",
            "\"\\u0000\"", "\"\\u001b[31m\\n\"", "\"../../etc/passwd\"", "\"/dev/zero\"", "[]", "{}", "[null]", "[[]]", "{\"\":null}",
            "[0,0]",
            "[1e400]", "[-1]", "[1,2,3,4,5,6,7,8,9]", "{\"$type\":\"vit\"}", "{\"$ref\":\"1\"}"]).Select(Encoding.UTF8.GetBytes),
        Long((byte)'a', 300), Long((byte)'a', 100_000),
    ];

    private static readonly int[] Depths = [1, 2, 60, 64, 65, 1000, 100_000];

    public static byte[] Mutate(byte[] input, Draw draw)
    {
        var places = JsonPlace.Find(input);
        if (places.Count == 0)
            return DecimalNumbers.Mutate(input, draw);
        var place = draw.Pick(places);
        var value = input.AsSpan(place.Start, place.End - place.Start);
        return draw.Below(10) switch
        {
            0 => input.With(place.Outer, Comma(input, place.End) - place.Outer, []),
            1 => input.With(place.Outer, 0, [.. input.AsSpan(place.Outer, place.End - place.Outer), (byte)',']),
            2 => draw.Pick(places) is var other ? input.With(place.Start, value.Length,
            input.AsSpan(other.Start, other.End - other.Start)) : [],
            3 => Nested(input, place, draw.Pick(Depths)),
            4 or 5 when value is [(byte)'"', .., (byte)'"'] => input.With(place.Start, value.Length, Inner(value, draw)),
            6 or 7 when value.Length > 0 && char.IsAsciiDigit((char)value[^1]) =>
                input.With(place.Start, value.Length, DecimalNumbers.Mutate(value.ToArray(), draw)),
            _ => input.With(place.Start, value.Length, draw.Pick(Values)),
        };
    }

    /// <summary>A text that was changed, as JSON where it is such.</summary>
    private static byte[] Inner(ReadOnlySpan<byte> value, Draw draw)
    {
        try
        {
            var text = Encoding.UTF8.GetBytes(JsonSerializer.Deserialize<string>(value)!);
            var changed = text is [(byte)'{' or (byte)'[', ..] ? Mutate(text, draw) : TextCharacters.Mutate(text, draw);
            return JsonSerializer.SerializeToUtf8Bytes(Encoding.UTF8.GetString(changed));
        }
        catch (JsonException)
        {
            return draw.Pick(Values);
        }
    }

    private static byte[] Nested(byte[] input, JsonPlace place, int depth)
    {
        byte[] open = new byte[depth], close = new byte[depth];
        open.AsSpan().Fill((byte)'[');
        close.AsSpan().Fill((byte)']');
        return input.With(place.End, 0, close).With(place.Start, 0, open);
    }

    /// <summary>Behind a comma that follows, if one does.</summary>
    private static int Comma(byte[] input, int end)
    {
        var at = end;
        while (at < input.Length && char.IsWhiteSpace((char)input[at]))
            at++;
        return at < input.Length && input[at] == (byte)',' ? at + 1 : end;
    }

    private static byte[] Long(byte letter, int length)
    {
        var text = new byte[length + 2];
        text.AsSpan().Fill(letter);
        (text[0], text[^1]) = ((byte)'"', (byte)'"');
        return text;
    }
}
