namespace Kedge.Optimisation;

/// <summary>
/// A learning rate schedule: linear warm-up, if any, then cosine decay to 0 without restarts
/// (Loshchilov and Hutter 2017).
/// </summary>
/// <param name="Peak">The peak rate: that of the last step of the warm-up and of the first of the decay.</param>
/// <param name="Steps">Steps in all.</param>
/// <param name="WarmUp">Steps of warm-up among them; default 0.</param>
internal readonly record struct CosineSchedule(double Peak, int Steps, int WarmUp = 0)
{
    /// <summary>The rate of step 0 … Steps − 1.</summary>
    internal double At(int step) => step < WarmUp
        ? Peak * (step + 1) / WarmUp
        : Peak / 2 * (1 + Math.Cos(Math.PI * (step - WarmUp) / (Steps - WarmUp)));
}
