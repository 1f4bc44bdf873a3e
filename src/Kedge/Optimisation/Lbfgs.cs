using Kedge.Runtime;
using static TorchSharp.torch;

namespace Kedge.Optimisation;

/// <summary>
/// L-BFGS (J. Nocedal, "Updating Quasi-Newton Matrices with Limited Storage", 1980) with a backtracking line search
/// (Armijo condition), for smooth and strictly convex losses. TorchSharp's own has no line search, and so
/// need not decrease the loss.
/// </summary>
internal static class Lbfgs
{
    private const int Memory = 10, MaxHalvings = 40;
    private const double SufficientDecrease = 1e-4; // c₁ of the Armijo condition

    /// <summary>
    /// Minimises until no entry of the gradient is above the tolerance, the line search fails,
    /// or the steps are used up.
    /// </summary>
    /// <param name="start">The initial point; any shape.</param>
    /// <param name="objective">The loss and its gradient at a point.</param>
    /// <param name="maxSteps">The limit of steps.</param>
    /// <param name="tolerance">Convergence: of the gradient's maximum norm.</param>
    /// <returns>A new tensor in the current dispose scope.</returns>
    internal static Tensor Minimise(Tensor start, Func<Tensor, (double Loss, Tensor Gradient)> objective, int maxSteps, double tolerance)
    {
        using var scope = NewDisposeScope();
        var x = start.clone();
        var (loss, gradient) = objective(x);
        var history = new LinkedList<(Tensor Step, Tensor GradientChange, double InverseCurvature)>(); // the latest first
        for (var step = 0; step < maxSteps && gradient.abs().max().item<double>() > tolerance; step++)
        {
            using var inner = NewDisposeScope();
            var direction = Direction(gradient, history);
            var slope = Dot(direction, gradient);
            var length = history.Count == 0 ? Math.Min(1, 1 / Math.Sqrt(Dot(gradient, gradient))) : 1;
            if (Search(x, direction, length, loss, slope, objective) is not { } found)
                break;
            var (displacement, gradientChange) = (found.X - x, found.Gradient - gradient);
            if (Dot(displacement, gradientChange) is > 0 and var curvature)
                history.AddFirst((displacement.MoveToOuterDisposeScope(), gradientChange.MoveToOuterDisposeScope(), 1 / curvature));
            if (history.Count > Memory)
            {
                history.Last!.Value.Step.Dispose();
                history.Last.Value.GradientChange.Dispose();
                history.RemoveLast();
            }
            x.Dispose();
            gradient.Dispose();
            (x, loss, gradient) = (found.X.MoveToOuterDisposeScope(), found.Loss, found.Gradient.MoveToOuterDisposeScope());
        }
        return x.MoveToOuterDisposeScope();
    }

    /// <summary>
    /// −H g by the two-loop recursion, H the approximation of the inverse Hessian from the latest steps.
    /// </summary>
    private static Tensor Direction(Tensor gradient, LinkedList<(Tensor Step, Tensor GradientChange, double InverseCurvature)> history)
    {
        var q = -gradient;
        var weights = new Stack<double>();
        foreach (var (step, gradientChange, inverse) in history)
        {
            weights.Push(inverse * Dot(step, q));
            q = q - gradientChange.Mul(weights.Peek());
        }
        if (history.First is { Value: var last })
            q = q.Div(last.InverseCurvature * Dot(last.GradientChange, last.GradientChange));
        for (var node = history.Last; node is not null; node = node.Previous)
            q = q.Add(node.Value.Step.Mul(weights.Pop() - node.Value.InverseCurvature * Dot(node.Value.GradientChange, q)));
        return q;
    }

    private static (Tensor X, double Loss, Tensor Gradient)? Search(
        Tensor x, Tensor direction, double length, double loss, double slope, Func<Tensor, (double Loss, Tensor Gradient)> objective)
    {
        for (var halvings = 0; halvings < MaxHalvings; halvings++, length /= 2)
        {
            var tried = x.Add(direction.Mul(length));
            var (triedLoss, gradient) = objective(tried);
            if (triedLoss < loss && triedLoss <= loss + SufficientDecrease * length * slope)
                return (tried, triedLoss, gradient);
        }
        return null;
    }

    private static double Dot(Tensor a, Tensor b) => (a * b).sum().item<double>();
}
