using Kedge.Interpretation;
using Kedge.Reports.Records;

namespace Kedge.Cli.Output;

/// <summary>How predictions are written.</summary>
internal enum PredictionFormat
{
    /// <summary>Each image with its classes below it.</summary>
    Text,

    /// <summary>A JSON object a line.</summary>
    Json,

    /// <summary>A heading, and a row a line.</summary>
    Csv,
}

/// <summary>Writes predictions one by one, errors among them.</summary>
/// <param name="output">Receives them.</param>
/// <param name="format">How.</param>
/// <param name="classes">The classes of each prediction, at least 1.</param>
internal sealed class PredictionText(TextWriter output, PredictionFormat format, int classes)
{
    private bool _begun;

    public void Write(ImagePrediction prediction)
    {
        var record = PredictionRecord.From(prediction);
        if (format == PredictionFormat.Json)
            output.WriteJson(record);
        else if (format == PredictionFormat.Csv)
            WriteCsv(record);
        else
            WriteText(record);
        _begun = true;
    }

    private void WriteText(PredictionRecord prediction)
    {
        output.WriteLine(prediction.Image);
        if (prediction.Error is { } error)
            output.WriteLine($"  error: {Failure.OneLine(error)}");
        if (prediction.Rejected == true)
            output.WriteLine($"  none of these; nearest is {prediction.Classes[0].ClassName}");
        foreach (var (className, probability) in prediction.Classes)
            output.WriteLine($"  {probability,7:0.0 %}  {className}");
    }

    private void WriteCsv(PredictionRecord prediction)
    {
        var places = Enumerable.Range(0, classes).ToArray();
        if (!_begun)
        {
            output.WriteLine(CsvRow.Write(["image",
                .. places.SelectMany(place => (string[])[$"class{Number(place)}", $"probability{Number(place)}"]), "rejected", "error"]));
        }
        output.WriteLine(CsvRow.Write([prediction.Image, .. places.SelectMany(place => place < prediction.Classes.Count
            ? [prediction.Classes[place].ClassName, prediction.Classes[place].Probability] : (object?[])[null, null]),
            prediction.Rejected, prediction.Error]));

        static string Number(int place) => place == 0 ? "" : $"_{place + 1}";
    }
}
