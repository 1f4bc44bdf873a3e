namespace Kedge.Continual;

/// <summary>
/// How often a learner is right while classes arrive; shares from 0 to 1, and after task t the classes that have
/// arrived are told apart from each other.
/// <code>
///     A_t        on all classes after task t;  last A_T,  mean of A_t
///     forgetting = mean over t &lt; T of (max over u of acc_ut − acc_Tt)
///     backward   = mean over t &lt; T of (acc_Tt − acc_tt)
///     forward    = mean over t &gt; 1 of (new_t − zero-shot_t)
/// </code>
/// acc_ut is after task u on the classes of task t ≤ u, new_t before task t on its classes by their names alone;
/// transfer as in D. Lopez-Paz and M. Ranzato, "Gradient Episodic Memory for Continual Learning", 2017, arXiv
/// 1706.08840.
/// </summary>
/// <param name="Overall">A_t of each task.</param>
/// <param name="ByTask">acc_ut: after each task u, t = 1 … u.</param>
/// <param name="New">
/// new_t of each task but the first; <see langword="null"/> where the learner knows no class by its name alone.
/// </param>
/// <param name="ZeroShot">The same of zero-shot.</param>
internal sealed record StreamAccuracy(
    IReadOnlyList<double> Overall, IReadOnlyList<IReadOnlyList<double>> ByTask, IReadOnlyList<double>? New, IReadOnlyList<double> ZeroShot)
{
    /// <summary>A_T.</summary>
    internal double Last => Overall[^1];

    /// <summary>The mean of A_t.</summary>
    internal double Mean => Overall.Average();

    /// <summary>How much was lost; 0 with one task.</summary>
    internal double Forgetting => Earlier(t => ByTask.Where(after => after.Count > t).Max(after => after[t]) - ByTask[^1][t]);

    /// <summary>How much tasks gained by those after them; below 0 where they lost.</summary>
    internal double Backward => Earlier(t => ByTask[^1][t] - ByTask[t][t]);

    /// <summary>How much more than zero-shot is known of classes before they arrive.</summary>
    internal double? Forward => New is null ? null : New.Count == 0 ? 0 : New.Zip(ZeroShot, (own, names) => own - names).Average();

    private double Earlier(Func<int, double> of) =>
        ByTask.Count < 2 ? 0 : Enumerable.Range(0, ByTask.Count - 1).Average(of);
}
