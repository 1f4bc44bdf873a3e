using System.Text.Json;
using static TorchSharp.torch;

namespace Kedge.FewShot;

/// <summary>
/// A few-shot classification method: options in,
/// <see cref="Fit(FewShotTask, IProgress{FitProgress}, CancellationToken)"/> fits a classifier. Holds no state of a
/// fit, so one method may fit many tasks. To write one, override <see cref="FitCore"/> (task to named tensors) and
/// <see cref="RestoreCore"/> (named tensors to classifier): what is fitted is then exactly what is saved, and no tensor
/// can leak.
/// </summary>
public abstract class FewShotMethod
{
    /// <summary>Checks and keeps the options.</summary>
    /// <param name="name">The name in the catalog and in saved classifiers, such as "tip-adapter".</param>
    /// <param name="options">The method's options.</param>
    /// <exception cref="KedgeException">An option is out of its range.</exception>
    protected FewShotMethod(string name, MethodOptions options)
    {
        options.Check();
        (Name, Options) = (name, options);
    }

    /// <summary>The name in the catalog and in saved classifiers, such as "tip-adapter".</summary>
    public string Name { get; }

    /// <summary>The options in effect.</summary>
    public MethodOptions Options { get; }

    /// <summary>What a task must have for a fit. Default support images of each class, and class names.</summary>
    public virtual TaskParts Requires => TaskParts.Support | TaskParts.Names;

    /// <summary>What a task must have for the fits of several methods.</summary>
    /// <param name="methods">The methods.</param>
    public static TaskParts RequiredBy(IEnumerable<FewShotMethod> methods) =>
        methods.Aggregate(TaskParts.None, (parts, method) => parts | method.Requires);

    /// <summary>
    /// The peak memory of a fit beyond its task, in bytes, estimated; 0 where that is no more than some copies of the
    /// task. Above what the process may use, the fit is refused.
    /// </summary>
    /// <param name="task">What would be learned from.</param>
    protected internal virtual long BytesToFit(FewShotTask task) => 0;

    /// <summary>
    /// Learns a classifier. The order of the support images does not matter; on a CPU the same task and
    /// options give the same bits.
    /// </summary>
    /// <param name="task">What to learn from; computation runs on its device.</param>
    /// <param name="progress">Told of each step.</param>
    /// <param name="cancellation">Stops the fit between two steps.</param>
    /// <returns>A classifier that owns its tensors; dispose it.</returns>
    /// <exception cref="KedgeException">The task lacks something that the method needs, or
    /// learning diverged.</exception>
    /// <exception cref="OperationCanceledException">Asked for by <paramref name="cancellation"/>.</exception>
    public FewShotClassifier Fit(FewShotTask task, IProgress<FitProgress>? progress = null, CancellationToken cancellation = default) =>
        FitFrom(null, task, progress, cancellation);

    /// <summary>
    /// As <see cref="Fit(FewShotTask, IProgress{FitProgress}, CancellationToken)"/>, and resumes an interrupted run of
    /// the same fit from its checkpoint, with the same result.
    /// </summary>
    /// <param name="task">What to learn from; computation runs on its device.</param>
    /// <param name="store">Where the fit stores its checkpoints; methods that are quick store none.</param>
    /// <param name="progress">Told of each step.</param>
    /// <param name="cancellation">Stops the fit between two steps.</param>
    /// <returns>A classifier that owns its tensors; dispose it.</returns>
    /// <exception cref="KedgeException">As without a store; or what it holds is of another fit or damaged, or it
    /// cannot be written.</exception>
    /// <exception cref="OperationCanceledException">
    /// Asked for by <paramref name="cancellation"/>; the store holds a checkpoint.
    /// </exception>
    public FewShotClassifier Fit(FewShotTask task, IFitStore store, IProgress<FitProgress>? progress, CancellationToken cancellation) =>
        FitFrom(store, task, progress, cancellation);

    /// <summary>
    /// Whether the method can learn further classes on top of what it has learned (<see cref="Continue"/>), without the
    /// images of those before.
    /// </summary>
    public virtual bool Continues => false;

    /// <summary>
    /// Learns further classes on top of what a classifier has learned. No image of its classes is looked at.
    /// </summary>
    /// <param name="learned">A classifier of this method with these options; stays as it is, and the caller's.</param>
    /// <param name="task">The new classes alone, one or several, none of which it knows.</param>
    /// <param name="progress">Told of each step.</param>
    /// <param name="cancellation">Stops the fit between two steps.</param>
    /// <returns>A classifier of all classes, the new ones last; dispose it.</returns>
    /// <exception cref="KedgeException">The method cannot (<see cref="Continues"/>), the classifier knows one of the
    /// classes or is of another feature space; or as
    /// <see cref="Fit(FewShotTask, IProgress{FitProgress}, CancellationToken)"/>.</exception>
    /// <exception cref="OperationCanceledException">Asked for by <paramref name="cancellation"/>.</exception>
    public FewShotClassifier Continue(
        FewShotClassifier learned, FewShotTask task, IProgress<FitProgress>? progress = null, CancellationToken cancellation = default)
    {
        Continuation.Require(this, learned.State, task);
        return FitFrom(null, task, progress, cancellation, learned.State);
    }

    /// <summary>Creates the classifier of a saved state; takes ownership of the state, also where it throws.</summary>
    /// <exception cref="KedgeException">The state is not of this method, or is damaged.</exception>
    internal FewShotClassifier Restore(ClassifierState state)
    {
        FewShotClassifier? classifier = null;
        try
        {
            if (state.Method != Name)
                throw new ArgumentException($"The state is of {state.Method}, the method is {Name}.", nameof(state));
            if (state.FindNotFinite() is { } damaged)
                throw state.Damaged($"NaN or infinity in '{damaged}'");
            classifier = state.ClassCount == 0 ? new UntaughtClassifier(state) : RestoreCore(state);
            state.RequireAllTaken();
            return classifier;
        }
        catch
        {
            classifier?.Dispose();
            state.Dispose();
            throw;
        }
    }

    /// <summary>
    /// Learns. Runs inside a dispose scope with gradients on; everything made here is freed,
    /// what is returned is copied.
    /// </summary>
    /// <param name="task">The task, its support images in an order that does not depend on the caller's.</param>
    /// <param name="run">To be told of each step.</param>
    protected abstract Fitted FitCore(FewShotTask task, FitRun run);

    /// <summary>
    /// Learns further classes, for methods that can (<see cref="Continues"/>); runs as <see cref="FitCore"/> does.
    /// </summary>
    /// <param name="learned">What was learned before; its tensors are not changed.</param>
    /// <param name="task">The new classes alone.</param>
    /// <param name="run">To be told of each step.</param>
    /// <returns>What was learned of all classes, those of <paramref name="learned"/> first.</returns>
    protected virtual Fitted ContinueCore(ClassifierState learned, FewShotTask task, FitRun run) =>
        throw new NotSupportedException($"{Name} says that it continues and does not.");

    /// <summary>Creates the classifier from what <see cref="FitCore"/> returned, now or from a file.</summary>
    /// <param name="state">Tensors and texts; the classifier's constructor takes and checks
    /// each tensor by name.</param>
    protected abstract FewShotClassifier RestoreCore(ClassifierState state);

    private FewShotClassifier FitFrom(
        IFitStore? store, FewShotTask task, IProgress<FitProgress>? progress, CancellationToken cancellation,
        ClassifierState? learned = null)
    {
        cancellation.ThrowIfCancellationRequested();
        TaskRequirements.Require(this, task);
        ClassifierState state;
        using (NewDisposeScope())
        using (inference_mode(false))
        using (enable_grad())
        {
            var ordered = SupportOrder.Canonical(task, Options.BalanceClasses);
            var run = store is null ? new FitRun(progress, cancellation)
                : new FitRun(store, FitFingerprint.Compute(this, ordered), progress, cancellation);
            var fitted = learned is null or { ClassCount: 0 } ? FitCore(ordered, run) : ContinueCore(learned, ordered, run);
            using (no_grad())
                state = ClassifierState.Create(this, ordered, fitted, learned);
        }
        if (state.FindNotFinite() is { } name)
        {
            state.Dispose();
            throw new KedgeException($"Fitting {Name} diverged: '{name}' holds NaN or infinity; try a smaller learning rate.");
        }
        return Restore(state);
    }
}

/// <summary>What a method has learned.</summary>
/// <param name="Tensors">By the names under which they are saved; copied by the caller.</param>
/// <param name="Selection">Which data chose the hyper-parameters: nothing by default, "support set" where the method
/// splits it. Never test data.</param>
/// <param name="Details">Further data to store for explanation, such as the words of anchors.</param>
public sealed record Fitted(
    IReadOnlyDictionary<string, Tensor> Tensors, string Selection = Fitted.NothingSelected, JsonElement? Details = null)
{
    /// <summary>The name of <see cref="ClassBias"/> among a classifier's tensors.</summary>
    internal const string ClassBiasName = "class.bias";

    /// <summary>[C], added to the classifier's logits; null for nothing.</summary>
    internal Tensor? ClassBias { get; init; }

    /// <summary>All tensors to save.</summary>
    internal IEnumerable<KeyValuePair<string, Tensor>> All =>
        ClassBias is null ? Tensors : Tensors.Append(new(ClassBiasName, ClassBias));

    /// <summary>All hyper-parameters are the options', nothing was chosen on data.</summary>
    public const string NothingSelected = "none";

    /// <summary>Some were chosen on support images that were left out of a fit.</summary>
    public const string SupportSet = "support set";
}
