using System.Text.Json;

namespace Kedge.Fuzzing.Mutators;

/// <summary>Where a value or a name stands in a JSON text.</summary>
/// <param name="Start">The first byte.</param>
/// <param name="End">The byte after the last.</param>
/// <param name="Outer">
/// The first byte of the name before a value of an object; elsewhere <paramref name="Start"/>.
/// </param>
internal readonly record struct JsonPlace(int Start, int End, int Outer)
{
    /// <summary>All values and names of a text, up to where it is no JSON any more.</summary>
    public static List<JsonPlace> Find(ReadOnlySpan<byte> json)
    {
        var reader = new Utf8JsonReader(json, new JsonReaderOptions { MaxDepth = 1000 });
        var (places, open, name) = (new List<JsonPlace>(), new Stack<(int Start, int Outer)>(), -1);
        try
        {
            while (reader.Read())
            {
                var (start, end) = ((int)reader.TokenStartIndex, (int)reader.BytesConsumed);
                var outer = name >= 0 ? name : start;
                name = -1;
                switch (reader.TokenType)
                {
                    case JsonTokenType.PropertyName:
                        name = start;
                        places.Add(new(start, start + reader.ValueSpan.Length + 2, start));
                        break;
                    case JsonTokenType.StartObject or JsonTokenType.StartArray:
                        open.Push((start, outer));
                        break;
                    case JsonTokenType.EndObject or JsonTokenType.EndArray:
                        var opened = open.Pop();
                        places.Add(new(opened.Start, end, opened.Outer));
                        break;
                    default:
                        places.Add(new(start, end, outer));
                        break;
                }
            }
        }
        catch (JsonException)
        {
            // what was found until here is what can be changed
        }
        return places;
    }
}
