using Kedge.Clip;
using Kedge.Optimisation;
using Kedge.Training.Objectives;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Kedge.Training;

/// <summary>All that a step changes: the network, its average, the bias of the sigmoid loss, and the optimiser's moments.</summary>
internal sealed class TrainingState : IDisposable
{
    private const double LargestLogitScale = 4.605170185988092; // ln 100 (CLIP §2.5)
    private const double Beta1 = 0.9; // CLIP, table 18
    private const double Epsilon = 1e-6; // CLIP, table 18, ViT
    private const float FirstLogitBias = -10; // Zhai et al. 2023, §3.2
    private readonly PretrainingOptions _options;

    /// <summary>The state before the first step.</summary>
    /// <param name="network">What is trained; owned from here on.</param>
    /// <param name="options">How.</param>
    /// <param name="device">Where.</param>
    public TrainingState(ClipNetwork network, PretrainingOptions options, Device device)
    {
        (Network, _options) = (network, options);
        LogitBias = options.Loss == ContrastiveLoss.Sigmoid ? new Parameter(tensor(FirstLogitBias, device: device)) : null;
        Average = options.AverageDecay > 0 ? new EmaWeights(Network.state_dict(), options.AverageDecay) : null;
        Optimizer = AdamW();
        Network.train();
    }

    public ClipNetwork Network { get; }

    public Parameter? LogitBias { get; }

    public EmaWeights? Average { get; }

    public OptimizerHelper Optimizer { get; }

    /// <summary>Every tensor but the optimiser's, by the name that a checkpoint has for it.</summary>
    public IReadOnlyDictionary<string, Tensor> Tensors
    {
        get
        {
            var tensors = Network.state_dict();
            foreach (var (name, value) in Average?.Values ?? new Dictionary<string, Tensor>())
                tensors[$"average.{name}"] = value;
            if (LogitBias is not null)
                tensors["logit_bias"] = LogitBias;
            return tensors;
        }
    }

    private IEnumerable<Parameter> Parameters => LogitBias is null ? Network.parameters() : Network.parameters().Append(LogitBias);

    /// <summary>One step along the gradients that are there, which are gone afterwards.</summary>
    /// <param name="step">The step, from 0.</param>
    /// <param name="rate">Its learning rate.</param>
    public void Update(int step, double rate)
    {
        using var scope = NewDisposeScope();
        foreach (var group in Optimizer.ParamGroups)
            group.LearningRate = rate;
        nn.utils.clip_grad_norm_(Parameters, _options.ClipNorm);
        Optimizer.step();
        Optimizer.zero_grad();
        using (no_grad())
            Network.logit_scale.clamp_(0, LargestLogitScale);
        Average?.Update(step);
    }

    /// <summary>The weights that a run ends with: the averaged ones, or the network's own where there is no average.</summary>
    public IReadOnlyDictionary<string, Tensor> Finished => Average?.Values ?? Network.state_dict();

    public void Dispose()
    {
        Optimizer.Dispose();
        Average?.Dispose();
        LogitBias?.Dispose();
        Network.Dispose();
    }

    private AdamW AdamW()
    {
        var (matrices, vectors) = (Parameters.Where(p => p.dim() >= 2), Parameters.Where(p => p.dim() < 2));
        IEnumerable<AdamW.ParamGroup> groups = [Group(matrices, _options.WeightDecay), Group(vectors, weightDecay: 0)];
        return optim.AdamW(groups, _options.LearningRate, Beta1, _options.Beta2, Epsilon);
    }

    private AdamW.ParamGroup Group(IEnumerable<Parameter> parameters, double weightDecay) =>
        new(parameters, _options.LearningRate, Beta1, _options.Beta2, Epsilon, weightDecay);
}
