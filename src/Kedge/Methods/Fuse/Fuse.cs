using Kedge.FewShot;

namespace Kedge.Methods;

/// <summary>Options of <see cref="Fuse"/>.</summary>
public sealed record FuseOptions : MethodOptions
{
    /// <summary>
    /// The methods, as <see cref="MethodVariant"/> reads a list: commas between them, their options in brackets.
    /// Default rtos and tip-adapter.
    /// </summary>
    public string Methods { get; init; } = $"{Rtos.CatalogName},{TipAdapter.CatalogName}";

    /// <summary>
    /// What each method's logits are multiplied by, one number a method, each 0 to 1000. Default none:
    /// the same for all, 1 in sum.
    /// </summary>
    public IReadOnlyList<double>? Weights { get; init; }

    /// <inheritdoc/>
    protected internal override void Check()
    {
        foreach (var weight in Weights ?? [])
            Require(weight, 0, 1000, nameof(Weights));
    }

    /// <summary>The methods and their weights.</summary>
    internal IReadOnlyList<(FewShotMethod Method, double Weight)> Members(IMethodCatalog catalog)
    {
        var methods = MethodVariant.ParseList(Methods, catalog);
        if (methods.FirstOrDefault(variant => variant.Method.Requires.HasFlag(TaskParts.Towers)) is { } adapting)
            throw new KedgeException($"The option methods has {adapting.Text}, which encodes images by towers of its own, " +
                "so that its logits cannot be added to the others': leave it away.");
        var weights = Weights ?? [.. methods.Select(_ => 1.0 / methods.Count)];
        return weights.Count == methods.Count
            ? [.. methods.Zip(weights, (variant, weight) => (variant.Method, weight))]
            : throw new KedgeException($"The option weights has {weights.Count} number(s) for {methods.Count} method(s): " +
                "give one a method, or leave it away.");
    }
}

/// <summary>
/// A weighted sum of methods, which is itself a method, such as
/// <c>fuse[methods=rtos,tip-adapter;weights=[0.7,0.3]]</c>.
/// <code>
///     logits = Σ_m w_m · logits_m       [B, C]
/// </code>
/// Every method is fitted on the whole support set by itself, and chooses its own hyper-parameters if it does so; the
/// weights are given and nothing is chosen on data. The parts of an explanation are the methods' own, each times its
/// method's weight. Unlike <see cref="RtosPlus"/> it takes its methods as black boxes, and an interrupted fit of it
/// starts anew. Inductive where the methods are.
/// </summary>
public sealed class Fuse : FewShotMethod
{
    internal const string CatalogName = "fuse";

    private readonly IMethodCatalog _catalog;
    private readonly IReadOnlyList<(FewShotMethod Method, double Weight)> _members;

    /// <summary>Takes the methods.</summary>
    /// <param name="options">The methods and their weights.</param>
    /// <param name="catalog">The methods that there are, such as <c>MethodCatalog.Default</c>.</param>
    /// <exception cref="KedgeException">There is no such method or option, or the weights do not fit.</exception>
    public Fuse(FuseOptions options, IMethodCatalog catalog) : base(CatalogName, options) =>
        (_catalog, _members) = (catalog, options.Members(catalog));

    /// <inheritdoc/>
    public override TaskParts Requires => RequiredBy(_members.Select(member => member.Method));

    /// <inheritdoc/>
    protected internal override long BytesToFit(FewShotTask task) => _members.Max(member => member.Method.BytesToFit(task));

    /// <inheritdoc/>
    protected override Fitted FitCore(FewShotTask task, FitRun run)
    {
        var parts = new List<FusePart>();
        var tensors = new Dictionary<string, TorchSharp.torch.Tensor>();
        foreach (var (index, (method, _)) in _members.Index())
        {
            using var classifier = method.Fit(task, new Forward(run), run.Cancellation);
            parts.Add(FusePart.FromState(classifier.State));
            foreach (var (name, tensor) in classifier.State.Tensors)
                tensors[FusePart.Prefix(index) + name] = tensor.clone();
        }
        var chosen = parts.Select(part => part.Selection).FirstOrDefault(selection => selection != Fitted.NothingSelected);
        return new Fitted(tensors, chosen ?? Fitted.NothingSelected, new FuseDetails(parts).ToJson());
    }

    /// <inheritdoc/>
    protected override FewShotClassifier RestoreCore(ClassifierState state)
    {
        var restored = new List<FewShotClassifier>();
        try
        {
            foreach (var (index, part) in FuseDetails.Read(state, _members.Count).Members.Index())
                restored.Add(_catalog.Create(part.Method, part.Options).Restore(part.State(state, index)));
            return new FuseClassifier(this, state, restored, [.. _members.Select(member => member.Weight)]);
        }
        catch
        {
            restored.ForEach(classifier => classifier.Dispose());
            throw;
        }
    }

    /// <summary>Reports a method's steps as the whole fit's; they are counted for each method anew.</summary>
    private sealed class Forward(FitRun run) : IProgress<FitProgress>
    {
        public void Report(FitProgress value)
        {
            if (value.Note is { } note)
                run.Note(note);
            else
                run.Report(value.Step, value.Steps, value.Loss, value.HeldOutGain);
        }
    }
}
