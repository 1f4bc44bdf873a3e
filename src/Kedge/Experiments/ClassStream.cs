using Kedge.Continual;
using Kedge.Runtime;

namespace Kedge.Experiments;

/// <summary>How the classes of a draw arrive over time.</summary>
/// <param name="Order">The classes in the order in which they arrive.</param>
/// <param name="Sizes">How many classes each task brings.</param>
/// <param name="Memory">Images of each class before that methods are given which cannot continue.</param>
internal sealed record ClassStream(IReadOnlyList<int> Order, IReadOnlyList<int> Sizes, int Memory)
{
    /// <summary>
    /// Parts classes into tasks of equal size, the first ones larger by one where they do not divide evenly.
    /// </summary>
    /// <param name="classes">The classes in the order in which they arrive.</param>
    /// <param name="tasks">T, from 1 to the number of classes.</param>
    internal static IEnumerable<int> Split(int classes, int tasks) =>
        Enumerable.Range(0, tasks).Select(task => (classes / tasks) + (task < classes % tasks ? 1 : 0));

    /// <summary>Classes shuffled by a seed; in their own order without one.</summary>
    internal static IReadOnlyList<int> Shuffle(int classes, int? seed)
    {
        int[] order = [.. Enumerable.Range(0, classes)];
        if (seed is { } number)
            new SeededRandom(number).Shuffle(order);
        return order;
    }

    /// <summary>The stream of a draw, in the current dispose scope.</summary>
    internal TaskStream Of(ComparisonTask task) => new(task.Task, task.Query, Order, Sizes);
}
