namespace Kedge.Methods;

/// <summary>A learning rate that rises over the first steps, if wanted, and falls to 0 along a half cosine.</summary>
/// <param name="Peak">The largest rate.</param>
/// <param name="Steps">Steps in all.</param>
/// <param name="WarmUp">Steps of linear rise before.</param>
internal readonly record struct CosineSchedule(double Peak, int Steps, int WarmUp = 0)
{
    /// <summary>The rate of step 0 … Steps − 1.</summary>
    internal double At(int step) => step < WarmUp
        ? Peak * (step + 1) / (WarmUp + 1)
        : Peak / 2 * (1 + Math.Cos(Math.PI * (step - WarmUp) / (Steps - WarmUp)));
}
