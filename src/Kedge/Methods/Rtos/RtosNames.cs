using Kedge.FewShot;
using Kedge.Text;
using static TorchSharp.torch;

namespace Kedge.Methods;

/// <summary>Options of <see cref="RtosNames"/>.</summary>
public sealed record RtosNamesOptions : MethodOptions
{
    /// <summary>
    /// The names that serve as anchors; class names among them are left out. Default: Kedge's list of open words
    /// (<see cref="OpenWords"/>).
    /// </summary>
    public IReadOnlyList<string>? Anchors { get; init; }

    /// <summary>Names that are to be no anchors. Default none.</summary>
    public IReadOnlyList<string>? Ban { get; init; }

    /// <summary>What relates classes to anchors. Default the softmax over the anchors.</summary>
    public RelationValue Value { get; init; }

    /// <summary>
    /// α, the largest change RTOS can make to a logit, 0 to 1000. Default 3: the specification's range for
    /// nothing learned is 1 to 5.
    /// </summary>
    public double Alpha { get; init; } = 3;

    /// <summary>
    /// τ_r, the temperature of the relation class → anchor, 0 to 10; 0 is automatic, half the standard deviation
    /// of the cosines. Default 0.
    /// </summary>
    public double RelationTemperature { get; init; }

    /// <summary>
    /// τ_a, the temperature of the attention image → anchor, 0 to 10; 0 is automatic, as τ_r. Default 0.
    /// </summary>
    public double AttentionTemperature { get; init; }

    /// <inheritdoc/>
    protected internal override void Check()
    {
        Require(Alpha, 0, 1000);
        Require(RelationTemperature, 0, 10);
        Require(AttentionTemperature, 0, 10);
    }
}

/// <summary>
/// RTOS's zero-shot mode (arXiv 2406.11252; formula in <see cref="RelationTransition"/>): the anchors are the names of
/// a list, Wq = Wk = I, and nothing is learned. Class names must not be among the anchors, so they are left out of the
/// list. Inductive but for the automatic τ_a, which is set by the class features (no image is available).
/// </summary>
/// <param name="options">The names, α and the temperatures.</param>
public sealed class RtosNames(RtosNamesOptions options) : FewShotMethod(CatalogName, options)
{
    internal const string CatalogName = "rtos-names";

    /// <inheritdoc/>
    public override TaskParts Requires => TaskParts.Names;

    /// <inheritdoc/>
    protected override Fitted FitCore(FewShotTask task, FitRun run)
    {
        var (anchors, names, template) = WordAnchors.Encode(task, Name, options.Anchors,
            words => AnchorPrompts.Filter(words, task.Classes.PromptNames, options.Ban ?? [], run.Note));
        var details = new RtosDetails(names, template, options.Value,
            RelationTransition.RelationTemperature(options.RelationTemperature, task.Classes.Features, anchors, options.Value),
            RelationTransition.Temperature(options.AttentionTemperature, task.Classes.Features, anchors),
            options.Alpha);
        var identity = eye(task.FeatureWidth, device: task.Device);
        return RtosClassifier.CreateFitted(task, anchors, tokens: null, identity, identity, details);
    }

    /// <inheritdoc/>
    protected override FewShotClassifier RestoreCore(ClassifierState state) => new RtosClassifier(state);
}
