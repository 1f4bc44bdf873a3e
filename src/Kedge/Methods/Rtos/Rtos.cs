using Kedge.Optimisation;
using Kedge.Text;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Kedge.Methods;

/// <summary>Options of <see cref="Rtos"/>. The paper's code is not public; defaults follow the specification and our own measurements (docs/methods.md).</summary>
public sealed record RtosOptions : MethodOptions
{
    /// <summary>K, anchors, 2 to 10,000. Default 64.</summary>
    public int AnchorCount { get; init; } = 64;

    /// <summary>m, learned tokens an anchor, 1 to 16. Default 1: the paper learns "the [CLASS] token".</summary>
    public int Tokens { get; init; } = 1;

    /// <summary>Words whose embeddings the anchors start from. Default: Kedge's list of open words (<see cref="OpenWords"/>), class names left out, in an order drawn by the seed.</summary>
    public IReadOnlyList<string>? Anchors { get; init; }

    /// <summary>α, the largest change RTOS can make to a logit, 0 to 1000. Default 20, the lower end of the specification's range.</summary>
    public double Alpha { get; init; } = 20;

    /// <summary>τ_r, the temperature of the relation class → anchor, 0 to 10; 0 is automatic, half the standard deviation of the cosines at the start. Default 0.</summary>
    public double RelationTemperature { get; init; }

    /// <summary>τ_a, the temperature of the attention image → anchor, 0 to 10; 0 is automatic, as τ_r. Default 0.</summary>
    public double AttentionTemperature { get; init; }

    /// <summary>Full-batch steps, 0 to 100,000; 0 leaves the anchors at their start. Default 200.</summary>
    public int Steps { get; init; } = 200;

    /// <summary>Adam's largest learning rate for the tokens, above 0 to 1. Default 0.002 (CoOp's rate for learned tokens).</summary>
    public double LearningRate { get; init; } = 0.002;

    /// <summary>The pull of Wq and Wk towards the identity is this over N: strength · ‖W − I‖² / N. 0 to 1e6. Default 1 (measured in the specification).</summary>
    public double ProjectionPull { get; init; } = 1;

    /// <summary>The pull of the anchor features towards their start is this over N: strength · mean ‖A − A₀‖² / N. 0 to 1e6. Default 100 (measured in the specification).</summary>
    public double AnchorPull { get; init; } = 100;

    /// <summary>Seed of the draw of words, 0 or above. Default 1.</summary>
    public int Seed { get; init; } = 1;

    /// <inheritdoc/>
    protected internal override void Check()
    {
        Require(AnchorCount, 2, 10_000);
        Require(Tokens, 1, 16);
        Require(Alpha, 0, 1000);
        Require(RelationTemperature, 0, 10);
        Require(AttentionTemperature, 0, 10);
        Require(Steps, 0, 100_000);
        Require(LearningRate, double.Epsilon, 1);
        Require(ProjectionPull, 0, 1e6);
        Require(AnchorPull, 0, 1e6);
        Require(Seed, 0, int.MaxValue);
    }
}

/// <summary>
/// RTOS, few-shot (arXiv 2406.11252; formula in <see cref="RelationTransition"/>): the anchors' [CLASS] tokens V are learned through CLIP's frozen text
/// tower, with the projections Wq and Wk of image and anchors.
/// <code>
///     A = unit(text tower("a photo of a" V "."))                                        [K, D]
///     loss = cross entropy(logits, labels) + (λ_w (‖Wq − I‖² + ‖Wk − I‖²) + λ_a mean_k ‖A_k − A⁰_k‖²) / N
/// </code>
/// Stated in the paper: Query, Key, Value and the learned token. Chosen here (the full text and code were not at hand): Wq and Wk learned from the
/// identity, the pulls towards the start, full batches, Adam with a cosine to 0 and one tenth of warm-up, the automatic temperatures. All cached views
/// of the support images are learned from. α, the temperatures and the number of steps are options; no data chooses them. Inductive.
/// </summary>
/// <param name="options">How many anchors, and how they are learned.</param>
public sealed class Rtos(RtosOptions options) : FewShotMethod(CatalogName, options)
{
    internal const string CatalogName = "rtos";

    /// <inheritdoc/>
    public override bool NeedsTextTower => true;

    /// <inheritdoc/>
    protected override Fitted FitCore(FewShotTask task, FitRun run)
    {
        var (template, words) = (RtosPrompts.Template(task), Words(task));
        using var prompts = task.TextTower!.Prompts(template.Before, template.After, options.Tokens);
        var tokens = new Parameter(prompts.Start(words)); // [K, m, W]
        var start = prompts.Encode(tokens).detach(); // [K, D]
        var identity = eye(task.FeatureWidth, device: task.Device);
        var (query, key) = (new Parameter(identity.clone()), new Parameter(identity.clone()));
        var images = task.SupportFeatures.flatten(0, 1); // [V·N, D]
        var labels = task.SupportLabels.repeat(task.Views);
        var details = new RtosDetails(words, template.Text,
            RelationTransition.Temperature(options.RelationTemperature, task.ClassFeatures, start),
            RelationTransition.Temperature(options.AttentionTemperature, images, start),
            options.Alpha);

        Tensor Loss()
        {
            var anchors = prompts.Encode(tokens); // [K, D]
            var relation = RelationTransition.Relation(task.ClassFeatures, anchors, details.RelationTemperature); // [C, K]
            var attention = RelationTransition.Attention(images, anchors, query, key, details.AttentionTemperature); // [V·N, K]
            var logits = RelationTransition.Logits(images, task.ClassFeatures, attention, relation, task.LogitScale, details.Alpha);
            var pull = options.ProjectionPull * ((query - identity).square().sum() + (key - identity).square().sum())
                + options.AnchorPull * (anchors - start).square().sum() / anchors.shape[0];
            return nn.functional.cross_entropy(logits, labels) + pull / task.SupportCount;
        }

        Learn([tokens, query, key], Loss, run);
        return RtosClassifier.Of(task, prompts.Encode(tokens), tokens, query, key, details);
    }

    /// <inheritdoc/>
    protected override FewShotClassifier RestoreCore(ClassifierState state) => new RtosClassifier(state);

    private void Learn(Parameter[] parameters, Func<Tensor> loss, FitRun run)
    {
        var schedule = new CosineSchedule(options.LearningRate, options.Steps, WarmUp: options.Steps / 10);
        using var optimizer = optim.Adam(parameters, options.LearningRate);
        for (var step = 0; step < options.Steps; step++)
        {
            using var scope = NewDisposeScope();
            optimizer.ParamGroups.Single().LearningRate = schedule.At(step);
            optimizer.zero_grad();
            var current = loss();
            current.backward();
            optimizer.step();
            run.Report(step + 1, options.Steps, current.item<float>());
        }
    }

    private IReadOnlyList<string> Words(FewShotTask task)
    {
        var words = RtosPrompts.Without(options.Anchors ?? OpenWords.All, task.ClassNames).ToArray();
        if (words.Length < 2)
            throw new KedgeException($"Fitting {Name} found {words.Length} anchor word(s) that are no class names: it needs at least 2; give more words.");
        if (options.Anchors is null)
            new Random(options.Seed).Shuffle(words);
        return [.. words.Take(options.AnchorCount)];
    }
}
