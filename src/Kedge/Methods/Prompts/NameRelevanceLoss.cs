using Kedge.Clip.Prompts;
using Kedge.Clip.Towers;
using Kedge.Runtime;
using static TorchSharp.torch;

namespace Kedge.Methods;

/// <summary>
/// The explanation in the loss of <see cref="Ntlb"/>: −w mean_b e_b,label + u (1/(B·C)) Σ_b Σ_c≠label e_bc.
/// </summary>
internal static class NameRelevanceLoss
{
    /// <summary>
    /// The loss, with its gradient through the attention. One image at a time: its gradient in the attention is taken
    /// at once and summed, so that memory does not grow with the batch; the result has the value and the gradient of
    /// the formula.
    /// </summary>
    /// <param name="logits">y [B, C], of which every prompt's attention feeds its own column.</param>
    /// <param name="labels">[B] int64.</param>
    /// <param name="prompts">Whose attention it is.</param>
    /// <param name="probe">Has the attention.</param>
    /// <param name="wanted">w, of the labels' names.</param>
    /// <param name="unwanted">u, of the other classes' names.</param>
    /// <returns>[].</returns>
    public static Tensor Compute(
        Tensor logits, Tensor labels, IProbedPrompts prompts, AttentionProbe probe, double wanted, double unwanted)
    {
        var (images, classes) = (logits.shape[0], logits.shape[1]);
        Tensor[] weights = [.. probe.Weights.Select(weight => weight.detach().requires_grad_())];
        Tensor[] gradients = [.. weights.Select(weight => zeros_like(weight))];
        var value = zeros([], device: logits.device);
        var isLabel = nn.functional.one_hot(labels, classes).to(logits.dtype); // [B, C]
        var factors = isLabel.Mul((-wanted - (unwanted / classes)) / images).Add(unwanted / (images * classes));
        for (var image = 0L; image < images; image++)
        {
            using var scope = NewDisposeScope();
            var names = prompts.NameRelevance(weights, probe.Gradients(logits[image].sum())); // e_b [C]
            var part = (names * factors[image]).sum();
            foreach (var (sum, gradient) in gradients.Zip(autograd.grad([part], weights)))
                sum.Add_(gradient, 1);
            value.Add_(part.detach(), 1);
        }
        var through = probe.Weights.Zip(gradients, (weight, gradient) => (weight * gradient).sum()).Aggregate((sum, next) => sum.Add(next));
        return (through - through.detach()).Add(value);
    }
}
