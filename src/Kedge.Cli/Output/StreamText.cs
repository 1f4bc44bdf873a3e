using Kedge.Reports.Records;

namespace Kedge.Cli.Output;

/// <summary>Writes a classifier that learns over time as text or JSON.</summary>
internal static class StreamText
{
    private const int Words = 6, Photos = 3; // of a prompt

    /// <summary>What it has learned; or a JSON object.</summary>
    public static void WriteStream(this TextWriter output, string path, ImageClassifier classifier, bool json)
    {
        var record = StreamRecord.From(path, classifier.Card, classifier.Classifier.State);
        if (json)
        {
            output.WriteJson(record);
            return;
        }
        output.WriteFacts(("classifier", path), ("method", record.Method), ("model", record.Model),
            ("classes", $"{record.Classes} in {record.Tasks.Count} {(record.Tasks.Count == 1 ? "task" : "tasks")}"));
        foreach (var (place, task) in record.Tasks.Index())
        {
            var accuracy = task.Accuracy is { } share ? $", {share:0.0 %} of {task.TestImages} test images right after it" : "";
            output.WriteLine();
            output.WriteLine($"task {place + 1}, {task.Name}: {task.Images} images{accuracy}");
            output.WriteLine($"  {string.Join(", ", task.ClassNames)}");
        }
        foreach (var prompt in record.Prompts ?? [])
        {
            output.WriteLine();
            output.WriteLine($"prompt {prompt.Number}, picked by {prompt.Images} images");
            output.WriteLine($"  nearest words: {string.Join(", ", prompt.Words.Take(Words))}");
            foreach (var photo in prompt.Photos.TakeLast(Photos))
                output.WriteLine($"  {photo}");
        }
    }

    /// <summary>The figures, task by task; or a JSON object.</summary>
    public static void WriteStreamEvaluation(this TextWriter output, StreamEvaluationRecord record, bool json)
    {
        if (json)
        {
            output.WriteJson(record);
            return;
        }
        output.WriteFacts([
            ("data", $"{record.Data}, part test, {record.Images} images"),
            ("top-1 accuracy", $"{record.Top1:0.0 %}"),
            .. record.Forgetting is { } lost ? [("forgetting", $"{100 * lost:0.0} points")] : Array.Empty<(string, object?)>(),
        ]);
        foreach (var task in record.Tasks)
        {
            var then = task.Then is { } share ? $", {share:0.0 %} right after it" : "";
            output.WriteLine($"  task {task.Number}, {task.Name}: {task.Top1:0.0 %} of {task.Images} images{then}");
        }
    }
}
