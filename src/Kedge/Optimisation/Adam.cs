using System.Diagnostics.CodeAnalysis;
using Kedge.Runtime;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Kedge.Optimisation;

/// <summary>
/// Adam (Kingma and Ba, "Adam: A Method for Stochastic Optimization", 2015), weight decay added to the gradient. TorchSharp's, its
/// state and files included, but for the step, whose numbers are held (see <see cref="Number"/>); equal to it bit for bit.
/// </summary>
internal sealed class Adam : TorchSharp.Modules.Adam
{
    /// <summary>Prepares to learn some parameters; their moments are 0.</summary>
    /// <param name="parameters">What is learned; not owned.</param>
    /// <param name="learningRate">η of the steps, until a schedule sets another.</param>
    /// <param name="epsilon">Added to the root of the mean square.</param>
    /// <param name="weightDecay">Share of a parameter that is added to its gradient.</param>
    [SuppressMessage("ApiDesign", "RS0030", Justification = "The step, which is what TorchSharp's spoils, is overridden.")]
    public Adam(IEnumerable<Parameter> parameters, double learningRate, double epsilon = 1e-8, double weightDecay = 0)
        : base(parameters, learningRate, eps: epsilon, weight_decay: weightDecay)
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
            var step = new AdamStep(++state.step, options.LearningRate!.Value, options.beta1!.Value, options.beta2!.Value, options.eps!.Value);
            step.Apply(parameter, decay == 0 ? gradient : gradient.Add(parameter, decay), state.exp_avg, state.exp_avg_sq);
        }
    }
}
