using System.Diagnostics.CodeAnalysis;
using Kedge.Runtime;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Kedge.Optimisation;

/// <summary>
/// AdamW (Loshchilov and Hutter, "Decoupled Weight Decay Regularization", 2019). Derives from TorchSharp's, with its
/// state and its file format, which begins with the class's name; the step is overridden, to hold its numbers (see
/// <see cref="Number"/>), and equals TorchSharp's bit for bit.
/// </summary>
internal sealed class AdamW : TorchSharp.Modules.AdamW
{
    /// <summary>Makes an optimiser of parameters; their moments start at 0.</summary>
    /// <param name="parameters">The parameters; not owned.</param>
    /// <param name="learningRate">The learning rate η, until a schedule sets another.</param>
    /// <param name="epsilon">ε, added to the root of the second moment.</param>
    /// <param name="weightDecay">Decoupled weight decay λ: a step first multiplies a parameter by 1 − ηλ.</param>
    [SuppressMessage("ApiDesign", "RS0030", Justification = "The step, the part of TorchSharp's that is unsafe, is overridden.")]
    public AdamW(IEnumerable<Parameter> parameters, double learningRate, double epsilon = 1e-8, double weightDecay = 0)
        : base(parameters, learningRate, eps: epsilon, weight_decay: weightDecay)
    {
    }

    /// <summary>Makes an optimiser of parameter groups, each with its own options; their moments start at 0.</summary>
    /// <param name="groups">The parameter groups; not owned.</param>
    [SuppressMessage("ApiDesign", "RS0030", Justification = "The step, the part of TorchSharp's that is unsafe, is overridden.")]
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
