using System.Diagnostics.CodeAnalysis;
using Kedge.Runtime;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Kedge.Optimisation;

/// <summary>
/// AdamW (Loshchilov and Hutter, "Decoupled Weight Decay Regularization", 2019). TorchSharp's, its state and files included, which
/// begin with this class's name, but for the step, whose numbers are held (see <see cref="Number"/>); equal to it bit for bit.
/// </summary>
internal sealed class AdamW : TorchSharp.Modules.AdamW
{
    /// <summary>Prepares to learn some parameters; their moments are 0.</summary>
    /// <param name="parameters">What is learned; not owned.</param>
    /// <param name="learningRate">η of the steps, until a schedule sets another.</param>
    /// <param name="epsilon">Added to the root of the mean square.</param>
    /// <param name="weightDecay">λ: a step first shrinks a parameter by the factor 1 − ηλ.</param>
    [SuppressMessage("ApiDesign", "RS0030", Justification = "The step, which is what TorchSharp's spoils, is overridden.")]
    public AdamW(IEnumerable<Parameter> parameters, double learningRate, double epsilon = 1e-8, double weightDecay = 0)
        : base(parameters, learningRate, eps: epsilon, weight_decay: weightDecay)
    {
    }

    /// <summary>Prepares to learn parameters in groups, each with options of its own; their moments are 0.</summary>
    /// <param name="groups">What is learned, and how; not owned.</param>
    [SuppressMessage("ApiDesign", "RS0030", Justification = "The step, which is what TorchSharp's spoils, is overridden.")]
    public AdamW(IEnumerable<ParamGroup> groups) : base(groups)
    {
    }

    /// <inheritdoc/>
    public override Tensor? step(Func<Tensor>? closure = null) => _step<ParamGroup>(Update, closure);

    private void Update(ParamGroup group)
    {
        var options = group.Options;
        var rate = options.LearningRate!.Value;
        foreach (var parameter in group.Parameters)
        {
            if (parameter.grad is not { } gradient)
                continue;
            parameter.Mul_(1 - rate * options.weight_decay!.Value);
            var state = (State)_state[parameter.Handle];
            var step = new AdamStep(++state.step, rate, options.beta1!.Value, options.beta2!.Value, options.eps!.Value);
            step.Apply(parameter, gradient, state.exp_avg, state.exp_avg_sq);
        }
    }
}
