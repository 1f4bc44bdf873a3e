using static TorchSharp.torch;

namespace Kedge.FewShot;

/// <summary>The progress of a fit.</summary>
/// <param name="Step">Steps done.</param>
/// <param name="Steps">Steps in all, as far as is known.</param>
/// <param name="Loss">The loss of the last step, where the method has one.</param>
/// <param name="HeldOutGain">The accuracy gained over zero-shot on support images that this step was not learned from,
/// −1 to 1; <see langword="null"/> where not measured yet.</param>
/// <param name="Note">Something the user should know; then no step was done.</param>
/// <param name="Part">Which of several fits the step is of, such as "cross-fit 2 of 4"; <see langword="null"/> where it
/// is the classifier's own.</param>
public readonly record struct FitProgress(
    int Step, int Steps, double? Loss = null, double? HeldOutGain = null, string? Note = null, string? Part = null);

/// <summary>A running fit, as its method sees it: progress, cancellation and checkpoints.</summary>
public sealed class FitRun
{
    private readonly IProgress<FitProgress>? _progress;
    private readonly Action<IReadOnlyDictionary<string, Tensor>>? _keep;
    private FitProgress _last;

    internal FitRun(IProgress<FitProgress>? progress, CancellationToken cancellation) =>
        (_progress, Cancellation) = (progress, cancellation);

    /// <param name="store">Where the fit stores its checkpoints; the last one is read here.</param>
    /// <param name="fit">The fingerprint of the fit.</param>
    /// <param name="progress">Told of each step.</param>
    /// <param name="cancellation">Stops the fit.</param>
    internal FitRun(IFitStore store, string fit, IProgress<FitProgress>? progress, CancellationToken cancellation)
        : this(progress, cancellation) =>
        (Kept, _keep) = (store.Read(fit), tensors => store.Write(fit, tensors));

    /// <summary>Asks the method to stop.</summary>
    public CancellationToken Cancellation { get; }

    /// <summary>
    /// The checkpoint of an interrupted run of the same fit: tensors by name, on the CPU; <see langword="null"/> where
    /// there is none. Freed after the fit. A method that resumes from it must end with the bits of an uninterrupted
    /// run.
    /// </summary>
    public IReadOnlyDictionary<string, Tensor>? Kept { get; }

    /// <summary>
    /// Stores a checkpoint in place of the last one, where the caller has asked for checkpoints; to be called
    /// regularly, and before <see cref="Report"/> where <see cref="Cancellation"/> has been asked for.
    /// </summary>
    /// <param name="state">Creates the tensors to store, by name; not called where no checkpoints are stored.</param>
    /// <exception cref="KedgeException">They cannot be stored.</exception>
    public void Keep(Func<IReadOnlyDictionary<string, Tensor>> state) => _keep?.Invoke(state());

    /// <summary>Reports a step and stops the fit if that was asked for; to be called at least once an epoch.</summary>
    /// <param name="step">Steps done.</param>
    /// <param name="steps">Steps in all.</param>
    /// <param name="loss">The loss of the step, where there is one.</param>
    /// <param name="heldOutGain">The accuracy gained over zero-shot on held-out support images; the last one given
    /// stays where there is none.</param>
    /// <exception cref="OperationCanceledException">The caller of the fit has asked it to stop.</exception>
    public void Report(int step, int steps, double? loss = null, double? heldOutGain = null)
    {
        Cancellation.ThrowIfCancellationRequested();
        _last = new FitProgress(step, steps, loss, heldOutGain ?? _last.HeldOutGain);
        _progress?.Report(_last);
    }

    /// <summary>Tells the user something that they should know of the fit, such as what was left out.</summary>
    /// <param name="note">A sentence.</param>
    public void Note(string note) => _progress?.Report(_last with { Note = note });
}
