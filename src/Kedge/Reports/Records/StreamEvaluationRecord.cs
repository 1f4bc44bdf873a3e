using Kedge.Evaluation;
using Kedge.Persistence;

namespace Kedge.Reports.Records;

/// <summary>Accuracy of a classifier that learns over time, task by task. Shares are from 0 to 1.</summary>
/// <param name="Data">The data set.</param>
/// <param name="Images">Test images of classes that the classifier knows.</param>
/// <param name="Top1">On all of them.</param>
/// <param name="Tasks">On those of each task that has any.</param>
/// <param name="Forgetting">The mean over tasks but the last of accuracy right after the task less accuracy now; null
/// where it was measured for none.</param>
internal sealed record StreamEvaluationRecord(
    string Data, int Images, double Top1, IReadOnlyList<TaskAccuracyRecord> Tasks, double? Forgetting)
{
    /// <summary>The record of an evaluation.</summary>
    public static StreamEvaluationRecord From(string data, ClassifierCard card, EvaluationResult result)
    {
        var tasks = new List<TaskAccuracyRecord>();
        var first = 0;
        foreach (var (place, task) in card.Tasks!.Index())
        {
            var classes = Enumerable.Range(first, task.ClassNames.Count).ToArray();
            first += classes.Length;
            var images = classes.Sum(c => result.Confusion[c].Sum());
            if (images > 0)
                tasks.Add(new(place + 1, task.Name, images, classes.Sum(c => result.Confusion[c][c]) / (double)images, task.Accuracy));
        }
        var earlier = tasks.Where(task => task.Number < card.Tasks!.Count && task.Then is not null).ToArray();
        return new(data, result.Count, result.Top1, tasks, earlier.Length == 0 ? null : earlier.Average(task => task.Then - task.Top1));
    }
}

/// <summary>Accuracy on the classes of a task, among all classes.</summary>
/// <param name="Number">The task's number, from 1.</param>
/// <param name="Name">The name of its data.</param>
/// <param name="Images">Test images.</param>
/// <param name="Top1">Now.</param>
/// <param name="Then">Right after the task was learned, on its own test images; null where it had none.</param>
internal sealed record TaskAccuracyRecord(int Number, string Name, int Images, double Top1, double? Then);
