using Kedge.FewShot;

namespace Kedge.Methods;

/// <summary>
/// A method that is solved from <see cref="RunningStatistics"/>: further classes add their sums to those before. All
/// classes of any number of tasks give what they give at once.
/// </summary>
/// <param name="name">Its name in the catalog.</param>
/// <param name="options">Its options.</param>
internal abstract class RunningMethod(string name, MethodOptions options) : FewShotMethod(name, options)
{
    /// <inheritdoc/>
    public override TaskParts Requires => TaskParts.Support;

    /// <inheritdoc/>
    public override bool Continues => true;

    /// <inheritdoc/>
    protected override Fitted FitCore(FewShotTask task, FitRun run) => Solve(RunningStatistics.Of(task), task.Classes.LogitScale);

    /// <inheritdoc/>
    protected override Fitted ContinueCore(ClassifierState learned, FewShotTask task, FitRun run) =>
        Solve(RunningStatistics.After(learned, task), task.Classes.LogitScale);

    /// <inheritdoc/>
    protected override FewShotClassifier RestoreCore(ClassifierState state) => new RunningClassifier(state);

    /// <summary>Solves for the classes of the sums: a linear classifier with the sums.</summary>
    private protected abstract Fitted Solve(RunningStatistics sums, float logitScale);
}
