namespace Kedge.Methods;

/// <summary>How far a fit has come.</summary>
/// <param name="Step">Steps done.</param>
/// <param name="Steps">Steps in all.</param>
/// <param name="Loss">The loss of the last step, where the method has one.</param>
public readonly record struct FitProgress(int Step, int Steps, double? Loss = null);

/// <summary>What a method reports to while it fits.</summary>
public sealed class FitRun
{
    private readonly IProgress<FitProgress>? _progress;

    internal FitRun(IProgress<FitProgress>? progress, CancellationToken cancellation) => (_progress, Cancellation) = (progress, cancellation);

    /// <summary>Asks the method to stop.</summary>
    public CancellationToken Cancellation { get; }

    /// <summary>Reports a step and stops the fit if that was asked for; to be called at least once an epoch.</summary>
    /// <param name="step">Steps done.</param>
    /// <param name="steps">Steps in all.</param>
    /// <param name="loss">The loss of the step, where there is one.</param>
    /// <exception cref="OperationCanceledException">The caller of the fit has asked it to stop.</exception>
    public void Report(int step, int steps, double? loss = null)
    {
        Cancellation.ThrowIfCancellationRequested();
        _progress?.Report(new FitProgress(step, steps, loss));
    }
}
