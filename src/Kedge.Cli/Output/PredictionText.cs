using Kedge.Interpretation;
using Kedge.Reports.Records;

namespace Kedge.Cli.Output;

/// <summary>Writes predictions as text or JSON.</summary>
internal static class PredictionText
{
    /// <summary>Each image with its classes below it; or a JSON object a line.</summary>
    public static void WritePredictions(this TextWriter output, IEnumerable<ImagePrediction> predictions, bool json)
    {
        foreach (var prediction in predictions.Select(PredictionRecord.From))
        {
            if (json)
                output.WriteJson(prediction);
            else
                Write(output, prediction);
        }
    }

    private static void Write(TextWriter output, PredictionRecord prediction)
    {
        output.WriteLine(prediction.Image);
        if (prediction.Rejected == true)
            output.WriteLine($"  none of these; nearest is {prediction.Classes[0].ClassName}");
        foreach (var (className, probability) in prediction.Classes)
            output.WriteLine($"  {probability,7:0.0 %}  {className}");
    }
}
