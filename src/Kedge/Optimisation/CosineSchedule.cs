namespace Kedge.Optimisation;

/// <summary>A learning rate that rises linearly over the first steps, if wanted, then falls to 0 along a half cosine (Loshchilov and Hutter 2017).</summary>
/// <param name="Peak">The largest rate: that of the last step of the rise and of the first of the fall.</param>
/// <param name="Steps">Steps in all.</param>
/// <param name="WarmUp">How many of them rise.</param>
internal readonly record struct CosineSchedule(double Peak, int Steps, int WarmUp = 0)
{
    /// <summary>The rate of step 0 … Steps − 1.</summary>
    internal double At(int step) => step < WarmUp
        ? Peak * (step + 1) / WarmUp
        : Peak / 2 * (1 + Math.Cos(Math.PI * (step - WarmUp) / (Steps - WarmUp)));
}
