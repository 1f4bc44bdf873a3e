using System.Diagnostics.CodeAnalysis;
using Kedge.Runtime;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Kedge.Optimisation;

/// <summary>
/// Stochastic gradient descent with momentum (Sutskever et al., "On the importance of initialization and momentum in
/// deep learning", 2013, without Nesterov's variant), weight decay added to the gradient. Derives from TorchSharp's;
/// the step is overridden, to hold its numbers (see <see cref="Number"/>), and equals TorchSharp's bit for bit.
/// </summary>
internal sealed class Sgd : SGD
{
    /// <summary>Makes an optimiser of parameters.</summary>
    /// <param name="parameters">The parameters; not owned.</param>
    /// <param name="learningRate">The learning rate η, until a schedule sets another.</param>
    /// <param name="momentum">The momentum coefficient μ.</param>
    /// <param name="weightDecay">λ: λ times a parameter is added to its gradient (L2 regularisation).</param>
    [SuppressMessage("ApiDesign", "RS0030", Justification = "The step, the part of TorchSharp's that is unsafe, is overridden.")]
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
