using Kedge.Optimisation;
using static TorchSharp.torch;
using AdamW = Kedge.Optimisation.AdamW;
using Parameter = TorchSharp.Modules.Parameter;

namespace Kedge.Training;

/// <summary>
/// The mutable state of training: the module, the EMA of its weights, the objectives' own state,
/// and the optimiser's moments.
/// </summary>
internal sealed class TrainingState : IDisposable
{
    private const double Beta1 = 0.9; // CLIP, table 18
    private const double Epsilon = 1e-6; // CLIP, table 18, ViT
    private readonly nn.Module _module;
    private readonly IReadOnlyList<ITrainingTerm> _terms;
    private readonly TrainingOptions _options;
    private readonly Parameter[] _parameters;

    /// <summary>The state before the first step.</summary>
    /// <param name="module">The trained module; not owned.</param>
    /// <param name="terms">The terms of the loss, with the trainable parameters; not owned.</param>
    /// <param name="options">Options, checked.</param>
    public TrainingState(nn.Module module, IReadOnlyList<ITrainingTerm> terms, TrainingOptions options)
    {
        (_module, _terms, _options) = (module, terms, options);
        _parameters = [.. terms.SelectMany(term => term.Parameters).Distinct<Parameter>(ReferenceEqualityComparer.Instance)];
        Average = options.AverageDecay > 0 ? new EmaWeights(module.state_dict(), options.AverageDecay) : null;
        Optimizer = NewOptimizer();
    }

    /// <summary>
    /// The averages of the module's weights and running statistics; <see langword="null"/> without averaging.
    /// </summary>
    public EmaWeights? Average { get; }

    public AdamW Optimizer { get; }

    /// <summary>The weights that a run ends with: the averaged ones, or the module's own without averaging.</summary>
    public IReadOnlyDictionary<string, Tensor> FinalWeights => Average?.Values ?? _module.state_dict();

    /// <summary>Every tensor but the optimiser's, by its name in checkpoints.</summary>
    public IReadOnlyDictionary<string, Tensor> Tensors
    {
        get
        {
            var tensors = _module.state_dict();
            foreach (var (name, value) in Average?.Values ?? new Dictionary<string, Tensor>())
                tensors.Add($"average.{name}", value);
            foreach (var (name, value) in _terms.SelectMany(term => term.State))
                tensors.Add(name, value);
            return tensors;
        }
    }

    /// <summary>Whether every number is finite.</summary>
    public bool IsFinite()
    {
        using var scope = NewDisposeScope();
        return Tensors.Values.All(tensor => tensor.isfinite().all().item<bool>());
    }

    /// <summary>One optimiser step with the accumulated gradients, which are cleared afterwards.</summary>
    /// <param name="step">The step, from 0.</param>
    /// <param name="rate">Its learning rate.</param>
    public void Update(int step, double rate)
    {
        using var scope = NewDisposeScope();
        foreach (var group in Optimizer.ParamGroups)
            group.LearningRate = rate;
        nn.utils.clip_grad_norm_(_parameters, _options.ClipNorm);
        Optimizer.step();
        Optimizer.zero_grad();
        using (no_grad())
        {
            foreach (var term in _terms)
                term.AfterStep(step);
        }
        Average?.Update(step);
    }

    public void Dispose()
    {
        Optimizer.Dispose();
        Average?.Dispose();
    }

    private AdamW NewOptimizer() => new(
    [
        Group(_parameters.Where(p => p.dim() >= 2), _options.WeightDecay),
        Group(_parameters.Where(p => p.dim() < 2), weightDecay: 0),
    ]);

    private AdamW.ParamGroup Group(IEnumerable<Parameter> parameters, double weightDecay) =>
        new(parameters, _options.LearningRate, Beta1, _options.Beta2, Epsilon, weightDecay);
}
