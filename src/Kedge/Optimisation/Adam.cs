using System.Diagnostics.CodeAnalysis;
using Kedge.Runtime;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Kedge.Optimisation;

/// <summary>
/// Adam (Kingma and Ba, "Adam: A Method for Stochastic Optimization", 2015), weight decay added to the gradient.
/// Derives from TorchSharp's, with its state and file format; the step is overridden, to hold its numbers (see
/// <see cref="Number"/>), and equals TorchSharp's bit for bit.
/// </summary>
internal sealed class Adam : TorchSharp.Modules.Adam
{
    /// <summary>Makes an optimiser of parameters; their moments start at 0.</summary>
    /// <param name="parameters">The parameters; not owned.</param>
    /// <param name="learningRate">The learning rate η, until a schedule sets another.</param>
    /// <param name="epsilon">ε, added to the root of the second moment.</param>
    /// <param name="weightDecay">λ: λ times a parameter is added to its gradient (L2 regularisation).</param>
    [SuppressMessage("ApiDesign", "RS0030", Justification = "The step, the part of TorchSharp's that is unsafe, is overridden.")]
    public Adam(IEnumerable<Parameter> parameters, double learningRate, double epsilon = 1e-8, double weightDecay = 0)
        : base(parameters, learningRate, eps: epsilon, weight_decay: weightDecay)
    {
    }

    /// <summary>Makes an optimiser of groups of parameters, each with a learning rate of its own.</summary>
    /// <param name="groups">The parameters, with the rates that they start from; not owned.</param>
    [SuppressMessage("ApiDesign", "RS0030", Justification = "As above.")]
    public Adam(IEnumerable<ParamGroup> groups) : base(groups)
    {
    }

    /// <inheritdoc/>
    public override Tensor? step(Func<Tensor>? closure = null) => _step<ParamGroup>(Update, closure);

    private void Update(ParamGroup group)
    {
        var options = group.Options;
        var decay = options.weight_decay!.Value;
        foreach (var parameter in group.Parameters)
        {
            if (parameter.grad is not { } gradient)
                continue;
            var state = (State)_state[parameter.Handle];
            var step =
                new AdamStep(++state.step, options.LearningRate!.Value, options.beta1!.Value, options.beta2!.Value, options.eps!.Value);
            step.Apply(parameter, decay == 0 ? gradient : gradient.Add(parameter, decay), state.exp_avg, state.exp_avg_sq);
        }
    }
}
