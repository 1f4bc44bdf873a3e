using System.Text.Json;
using System.Text.Json.Serialization;

namespace Kedge.Evaluation;

/// <summary>
/// A confusion matrix as <c>[3,[0,0,7],[0,2,1]]</c>: the number of classes, then true class, predicted class and count
/// of each entry that is not 0; on one line, as the matrix is sparse.
/// </summary>
internal sealed class ConfusionMatrixJson : JsonConverter<ConfusionMatrix>
{
    private const int MaxClasses = 46_340; // of which the square is still an int

    public override ConfusionMatrix Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        using var document = JsonDocument.ParseValue(ref reader);
        if (document.RootElement is not { ValueKind: JsonValueKind.Array } root || root.GetArrayLength() == 0)
            throw new JsonException("A confusion is a list that begins with the number of classes.");
        var classes = Whole(root[0], from: 1, to: MaxClasses);
        var counts = new int[classes * classes];
        foreach (var cell in root.EnumerateArray().Skip(1))
        {
            if (cell.ValueKind != JsonValueKind.Array || cell.GetArrayLength() != 3)
                throw new JsonException("A cell of a confusion is a class shown, a class chosen and a count.");
            counts[(Whole(cell[0], from: 0, to: classes - 1) * classes) + Whole(cell[1], from: 0, to: classes - 1)] =
                Whole(cell[2], from: 1, to: int.MaxValue);
        }
        return new(classes, counts);
    }

    public override void Write(Utf8JsonWriter writer, ConfusionMatrix value, JsonSerializerOptions options) =>
        writer.WriteRawValue(
            $"[{value.ClassCount}{string.Concat(value.Cells().Select(cell => $",[{cell.Actual},{cell.Predicted},{cell.Count}]"))}]");

    private static int Whole(JsonElement element, int from, int to) =>
        element.ValueKind == JsonValueKind.Number && element.TryGetInt32(out var number) && number >= from && number <= to
            ? number
            : throw new JsonException($"A confusion has {element.GetRawText()} where a whole number from {from} to {to} is expected.");
}
