using Kedge.Evaluation;

namespace Kedge.Cli.Output;

/// <summary>Writes the per-class results of an evaluation.</summary>
internal static class ClassTableText
{
    private const int MaxConfusionColumns = 20;
    private const int MaxMistakes = 10;

    /// <summary>Accuracy by class, and the confusion matrix.</summary>
    public static void WriteClasses(this TextWriter output, EvaluationResult result)
    {
        var confusion = ConfusionMatrix.From(result);
        var width = result.ClassNames.Max(name => name.Length);
        output.WriteLine();
        output.WriteLine($"{"class".PadRight(width)}  {"images",7}  {"right",7}  accuracy");
        foreach (var (c, name) in result.ClassNames.Index())
            output.WriteLine($"{name.PadRight(width)}  {confusion.Images(c),7}  {confusion[c, c],7}  {result.ClassAccuracies[c],8:0.0 %}");
        output.WriteLine();
        if (confusion.ClassCount > MaxConfusionColumns)
            WriteMistakes(output, confusion, result.ClassNames);
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

    private static void WriteMistakes(TextWriter output, ConfusionMatrix confusion, IReadOnlyList<string> classNames)
    {
        output.WriteLine("the most frequent mistakes (--json has all)");
        foreach (var (actual, predicted, count) in confusion.Mistakes.Take(MaxMistakes))
            output.WriteLine($"{count,6}  {classNames[actual]} taken for {classNames[predicted]}");
    }
}
