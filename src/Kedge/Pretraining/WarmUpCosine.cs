namespace Kedge.Pretraining;

/// <summary>A learning rate that rises linearly over the first steps and then falls to zero along a half cosine (Loshchilov and Hutter 2017).</summary>
/// <param name="Peak">The highest rate.</param>
/// <param name="WarmUp">Steps of the rise.</param>
/// <param name="Total">All steps.</param>
internal readonly record struct WarmUpCosine(double Peak, int WarmUp, int Total)
{
    /// <summary>The rate of a step, 0 to <see cref="Total"/> − 1.</summary>
    public double At(int step) => step < WarmUp
        ? Peak * (step + 1) / WarmUp
        : Peak * 0.5 * (1 + Math.Cos(Math.PI * (step - WarmUp) / Math.Max(1, Total - WarmUp)));
}
