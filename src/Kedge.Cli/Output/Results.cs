using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using Kedge.Evaluation;

namespace Kedge.Cli.Output;

/// <summary>How results look on standard output, for people and for machines.</summary>
internal static class Results
{
    private const int MostConfusionColumns = 20;
    private const int MostMistakes = 10;

    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web)
    {
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        Converters = { new JsonStringEnumConverter() },
    };

    /// <summary>One JSON value on one line.</summary>
    public static void WriteJson(this TextWriter output, object value) => output.WriteLine(JsonSerializer.Serialize(value, Json));

    /// <summary>A name and a value a line, values below one another.</summary>
    public static void WriteFacts(this TextWriter output, params (string Name, object? Value)[] facts)
    {
        var width = facts.Max(fact => fact.Name.Length);
        foreach (var (name, value) in facts)
            output.WriteLine($"{name.PadRight(width)}  {value}");
    }

    /// <summary>Each image with its classes below it; or a JSON object a line.</summary>
    public static void WritePredictions(this TextWriter output, IEnumerable<ImagePrediction> predictions, bool json)
    {
        foreach (var prediction in predictions)
        {
            var (image, classes) = prediction;
            if (json)
            {
                var found = classes.Select(c => new { @class = c.ClassName, c.Probability });
                output.WriteJson(prediction.PredictionSet is { } set ? new { image = image.Name, classes = found, prediction.Rejected, set } : new { image = image.Name, classes = found });
                continue;
            }
            output.WriteLine(image.Name);
            if (prediction.Rejected)
                output.WriteLine($"  none of these; nearest is {classes[0].ClassName}");
            foreach (var (className, probability) in classes)
                output.WriteLine($"  {probability,7:0.0 %}  {className}");
        }
    }

    /// <summary>Accuracy class by class, and what is taken for what.</summary>
    public static void WriteClasses(this TextWriter output, EvaluationResult result)
    {
        var classes = Enumerable.Range(0, result.ClassNames.Count).ToArray();
        var width = result.ClassNames.Max(name => name.Length);
        output.WriteLine();
        output.WriteLine($"{"class".PadRight(width)}  {"images",7}  {"right",7}  accuracy");
        foreach (var c in classes)
        {
            var (shown, right) = (result.Confusion[c].Sum(), result.Confusion[c][c]);
            output.WriteLine($"{result.ClassNames[c].PadRight(width)}  {shown,7}  {right,7}  {result.ClassAccuracies[c],8:0.0 %}");
        }
        output.WriteLine();
        if (classes.Length > MostConfusionColumns)
            WriteMistakes(output, result);
        else
            WriteConfusion(output, result, width);
    }

    private static void WriteConfusion(TextWriter output, EvaluationResult result, int width)
    {
        output.WriteLine("confusion: how many images of the row's class were taken for the column's");
        output.WriteLine($"{"".PadRight(width)}     {string.Concat(result.ClassNames.Select((_, c) => $"{c + 1,6}"))}");
        foreach (var (row, c) in result.Confusion.Select((row, c) => (row, c)))
            output.WriteLine($"{result.ClassNames[c].PadRight(width)}  {c + 1,3}{string.Concat(row.Select(count => $"{count,6}"))}");
    }

    private static void WriteMistakes(TextWriter output, EvaluationResult result)
    {
        output.WriteLine("the most frequent mistakes (--json has all)");
        foreach (var (shown, chosen, count) in Confusion.Of(result).Mistakes.Take(MostMistakes))
            output.WriteLine($"{count,6}  {result.ClassNames[shown]} taken for {result.ClassNames[chosen]}");
    }
}
