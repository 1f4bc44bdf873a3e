using Kedge.FewShot;
using Kedge.FewShot.Selection;
using static TorchSharp.torch;

namespace Kedge.Methods;

/// <summary>
/// The defaults of RTOS that depend on the task. On features of OpenAI's CLIP ViT-B/32 (docs/rtos.md): of 25 and 64
/// classes with zero-shot at 92 and 95 %, anchors from words at α = s carry 1 to 16 shots best; of 1,000 classes,
/// points between neighbours do. Where zero-shot knows less, words tell too little, and class names are better.
/// </summary>
internal static class RtosDefaults
{
    private const double TrustedAccuracy = 0.75; // of zero-shot on the support images: between the 65 and 92 % measured
    private const int ManyClasses = 256; // as many words cannot tell more classes apart

    /// <summary>The options with <see cref="RtosOptions.Start"/>, and α where it does not follow its spread.</summary>
    internal static RtosOptions Choose(FewShotTask task, RtosOptions options)
    {
        var (start, isScale) = Start(task, options);
        return options with { Start = start, Alpha = options.Alpha ?? (isScale ? task.Classes.LogitScale : null) };
    }

    /// <summary>λ_w and λ_a.</summary>
    internal static (double Projections, double Anchors) Pulls(RtosOptions options)
    {
        var (projections, anchors) = options.Start == AnchorStart.Neighbours ? (100, 10) : (0.1, 100);
        return (options.ProjectionPull ?? projections, options.AnchorPull ?? anchors);
    }

    /// <summary>Where anchors start, and whether α is the logit scale there.</summary>
    private static (AnchorStart Start, bool IsScale) Start(FewShotTask task, RtosOptions options)
    {
        if (options.Start is { } given)
            return (given, given == AnchorStart.Neighbours);
        if (options is not { Anchors: null, Ban: null, AnchorCount: null })
            return (AnchorStart.Words, false);
        if (task.Classes.Count > ManyClasses)
            return (AnchorStart.Neighbours, true);
        return AnchorStarts.BringsWords(task) && ZeroShotAccuracy(task) >= TrustedAccuracy
            ? (AnchorStart.Words, true) : (AnchorStart.Classes, false);
    }

    private static double ZeroShotAccuracy(FewShotTask task)
    {
        if (task.Support.Count == 0)
            return 0;
        using var scope = NewDisposeScope();
        var logits = ZeroShot.Logits(task.Support.Features[0], task.Classes.Features, task.Classes.LogitScale);
        return Top1Accuracy.Measure(logits, task.Support.Labels, ClassBalance.Weights(task));
    }
}
