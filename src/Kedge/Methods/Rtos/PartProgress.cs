using Kedge.FewShot;

namespace Kedge.Methods;

/// <summary>Reports the steps of a member's fit as the whole fit's, and stops it with that.</summary>
/// <param name="run">The whole fit.</param>
/// <param name="part">Which of several fits it is, for progress.</param>
internal sealed class PartProgress(FitRun run, string? part = null) : IProgress<FitProgress>
{
    public void Report(FitProgress value)
    {
        if (value.Note is null)
            run.Report(value.Step, value.Steps, value.Loss, value.HeldOutGain);
        else if (part is null)
            run.Note(value.Note);
    }
}
