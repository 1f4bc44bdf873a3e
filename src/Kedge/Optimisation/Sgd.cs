using System.Diagnostics.CodeAnalysis;
using Kedge.Runtime;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Kedge.Optimisation;

/// <summary>
/// Stochastic gradient descent with momentum (Sutskever et al., "On the importance of initialization and momentum in deep learning",
/// 2013, without Nesterov's look ahead), weight decay added to the gradient. TorchSharp's but for the step, whose numbers are held
/// (see <see cref="Number"/>); equal to it bit for bit.
/// </summary>
internal sealed class Sgd : SGD
{
    /// <summary>Prepares to learn some parameters.</summary>
    /// <param name="parameters">What is learned; not owned.</param>
    /// <param name="learningRate">η of the steps, until a schedule sets another.</param>
    /// <param name="momentum">Share of the last steps' direction that a step keeps.</param>
    /// <param name="weightDecay">Share of a parameter that is added to its gradient.</param>
    [SuppressMessage("ApiDesign", "RS0030", Justification = "The step, which is what TorchSharp's spoils, is overridden.")]
    public Sgd(IEnumerable<Parameter> parameters, double learningRate, double momentum = 0, double weightDecay = 0)
        : base(parameters, learningRate, momentum, weight_decay: weightDecay)
    {
    }

    /// <inheritdoc/>
    public override Tensor? step(Func<Tensor>? closure = null) => _step<ParamGroup>(Update, closure);

    private void Update(ParamGroup group)
    {
        var options = group.Options;
        var (momentum, decay) = (options.momentum!.Value, options.weight_decay!.Value);
        foreach (var parameter in group.Parameters)
        {
            if (parameter.grad is not { } gradient)
                continue;
            var direction = decay == 0 ? gradient : gradient.Add(parameter, decay);
            if (momentum != 0)
            {
                var state = (State)_state[parameter.Handle];
                if (state.momentum_buffer is { } last)
                    last.Mul_(momentum).Add_(direction, 1);
                else
                    state.momentum_buffer = direction.clone().detach().DetachFromDisposeScope();
                direction = state.momentum_buffer;
            }
            parameter.Add_(direction, -options.LearningRate!.Value);
        }
    }
}
